"""Words of the audit log: what each kind of act is called, and the facts that stand beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from pointsapp.people.messages import ROLE_NAMES
from pointsapp.web.filters import dated, hours, points
from pointsapp.web.messages import Message

MESSAGES: dict[str, Message] = {}

ACTS: dict[str, Any] = {
    "deeds.approved": _l("通过随手做志愿"),
    "deeds.rejected": _l("退回随手做志愿"),
    "deeds.revoked": _l("复核后取消随手做志愿"),
    "tasks.drafted": _l("起草任务"),
    "tasks.draft_edited": _l("修改任务草稿"),
    "tasks.approved": _l("批准任务积分"),
    "tasks.published": _l("发布任务"),
    "tasks.cancelled": _l("取消了任务"),
    "tasks.cancelled_for_person": _l("取消任务，退了报名"),
    "tasks.shift_moved": _l("改了场次时间"),
    "tasks.shift_moved_for_person": _l("改了场次时间，通知了报名的人"),
    "tasks.shift_stopped": _l("中途停止场次"),
    "tasks.shift_stopped_for_person": _l("中途停止场次，通知了报名的人"),
    "tasks.leader_named": _l("指定场次负责人"),
    "tasks.leader_relieved": _l("换下场次负责人"),
    "checkin.accepted": _l("替人签到"),
    "checkin.credited": _l("替人签到并入账"),
    "checkin.provisional": _l("补点名，等确认"),
    "checkin.voided": _l("不确认时长"),
    "checkin.correction_asked": _l("申请更正时长"),
    "checkin.corrected": _l("批准更正时长"),
    "checkin.correction_declined": _l("退回更正"),
    "checkin.shift_closed": _l("收尾一场"),
    "merging.proposed": _l("提出合并账号"),
    "merging.done": _l("确认了合并账号"),
    "merging.rejected": _l("没有合并账号"),
    "batches.export_asked": _l("导出名单"),
    "batches.members_checked": _l("核对党员名册"),
    "batches.import_started": _l("导入文件"),
    "batches.done": _l("批量办完"),
    "rewards.budget_granted": _l("拨付积分预算"),
    "rewards.rule_version_added": _l("改了积分规则"),
    "rewards.write_off_asked": _l("申请核销待扣回"),
    "rewards.claim_written_off": _l("核销待扣回"),
    "redemption.voucher_issued": _l("替人换兑换码"),
    "redemption.voucher_redeemed": _l("核销兑换码"),
    "redemption.voucher_reversed": _l("撤销核销"),
    "redemption.voucher_cancelled": _l("替人退兑换码"),
    "redemption.settlement_opened": _l("开出月结"),
    "merchants.registered": _l("登记了商户"),
    "merchants.changed": _l("修改商户资料"),
    "merchants.paused": _l("暂停商户"),
    "merchants.resumed": _l("恢复商户"),
    "merchants.invited": _l("邀请店员"),
    "merchants.offer_submitted": _l("提交优惠"),
    "merchants.offer_approved": _l("通过优惠"),
    "merchants.offer_rejected": _l("退回优惠"),
    "merchants.offer_withdrawn": _l("下架优惠"),
    "people.joined": _l("现场登记居民"),
    "people.verified": _l("当面核实居民"),
    "people.role_granted": _l("授予了角色"),
    "people.role_ended": _l("收回角色"),
    "people.one_time_code_issued": _l("开一次性登录码"),
    "people.one_time_code_used": _l("使用一次性登录码"),
    "people.phone_given": _l("登记了手机号"),
    "people.phone_lost": _l("移走手机号"),
    "people.birth_year_noted": _l("登记了出生年份"),
    "people.profile_changed": _l("修改资料"),
    "areas.changed": _l("修改区域"),
    "home.policy_set": _l("改了设置"),
    "home.delivery_retried": _l("重试没送达的消息"),
    "stars.aims_set": _l("定争创目标"),
    "stars.assessed": _l("手工评定指标"),
    "stars.plan_item_added": _l("添加计划事项"),
    "stars.plan_item_changed": _l("修改计划事项"),
    "stars.plan_item_withdrawn": _l("撤回计划事项"),
    "stars.plan_item_accepted": _l("验收计划事项"),
    "stars.plan_item_returned": _l("收回计划事项的验收"),
    "stars.paper_recorded": _l("录入纸质记录"),
    "stars.paper_confirmed": _l("确认纸质记录"),
    "stars.paper_declined": _l("退回纸质记录"),
    "stars.member_recorded": _l("登记党员"),
    "stars.member_ended": _l("转出党员"),
    "stars.headcount_recorded": _l("登记区域人口数"),
    "stars.round_published": _l("公示五星轮次"),
    "stars.round_closed": _l("定格五星轮次"),
    "stars.objection_raised": _l("提出了异议"),
    "stars.objection_answered": _l("答复了异议"),
    "stars.erratum_proposed": _l("提出了勘误"),
    "stars.erratum_confirmed": _l("确认勘误"),
    "stars.erratum_declined": _l("退回勘误"),
    "stars.standing_corrected": _l("更正五星成绩"),
    "inspections.draw_announced": _l("公告抽查"),
    "inspections.draw_revealed": _l("录入公开数值并抽取"),
    "inspections.draw_cancelled": _l("作废抽查"),
    "inspections.pass_issued": _l("发查阅证"),
    "inspections.pass_revoked": _l("收回查阅证"),
    "inspections.visit_begun": _l("开始督查"),
    "inspections.visit_finished": _l("完成督查"),
    "inspections.finding_recorded": _l("记录发现的问题"),
    "inspections.finding_answered": _l("报送整改"),
    "inspections.finding_returned": _l("复查后退回了问题"),
    "inspections.finding_closed": _l("复查后销了号"),
    "inspections.finding_withdrawn": _l("撤回发现的问题"),
    "contest.pledge_published": _l("公开了承诺"),
    "contest.pledge_withdrawn": _l("撤回了承诺"),
    "contest.pledge_reported": _l("报承诺结果"),
    "contest.pledge_confirmed": _l("确认承诺结果"),
    "contest.pledge_disputed": _l("不认可承诺结果"),
    "contest.seat_given": _l("请人进评议组"),
    "contest.seat_cancelled": _l("取消评议"),
    "contest.panel_closed": _l("评议结果入账"),
    "contest.panel_cancelled": _l("取消评议组"),
    "exports.made": _l("导出了数据"),
    "watch.decided": _l("判断异常提示"),
    "feedback.received": _l("代人提交意见"),
    "feedback.assigned": _l("转交意见"),
    "feedback.answered": _l("答复意见"),
    "feedback.timeline_opened": _l("查看了当事人的记录"),
    "areas.imported": _l("导入区域"),
    "badges.won": _l("获得勋章"),
    "care.acted": _l("替人办了事"),
    "care.card_issued": _l("印个人卡"),
    "care.card_revoked": _l("挂失个人卡"),
    "care.desk_started": _l("在窗口替人办"),
    "care.mandate_accepted": _l("接受代办授权"),
    "care.mandate_ended": _l("结束代办授权"),
    "care.mandate_offered": _l("请了人代办"),
    "care.mandate_recorded": _l("登记代办授权"),
    "care.move_accepted": _l("同意转入"),
    "care.move_asked": _l("申请了转社区"),
    "care.move_refused": _l("不同意转入"),
    "care.phone_lost": _l("挂失手机"),
    "care.place_offered": _l("告诉代办人有名额"),
    "care.signup_promoted": _l("告诉代办人候补上了"),
    "certificates.asked": _l("申请服务证明"),
    "certificates.issued": _l("开出服务证明"),
    "certificates.item_added": _l("记入志愿服务记录"),
    "certificates.item_taken_back": _l("撤回记录条目"),
    "certificates.record_asked": _l("申请更正记录"),
    "certificates.record_rejected": _l("没有更正记录"),
    "certificates.record_upheld": _l("更正了记录"),
    "certificates.rejected": _l("退回服务证明"),
    "certificates.reported_onward": _l("导出到志愿服务系统"),
    "certificates.superseded": _l("服务证明被更正代替"),
    "certificates.withdrawn": _l("撤回服务证明申请"),
    "deeds.handed_in": _l("交随手做志愿"),
    "deeds.withdrawn": _l("撤回随手做志愿"),
    "desk.climbed": _l("超期转上级"),
    "desk.person_told": _l("登记通知结果"),
    "disputes.answered": _l("答复核销争议"),
    "disputes.opened": _l("提出核销争议"),
    "disputes.rejected": _l("核销争议不成立"),
    "disputes.said_more": _l("补充核销争议"),
    "disputes.upheld": _l("核销争议成立"),
    "disputes.rejected_for_shop": _l("核销争议不成立，告诉商户"),
    "disputes.upheld_for_shop": _l("核销争议成立，告诉商户"),
    "disputes.withdrawn": _l("撤回核销争议"),
    "feedback.climbed": _l("意见转上级"),
    "giving.donated": _l("捐赠积分"),
    "giving.fund_closed": _l("关闭爱心基金"),
    "giving.fund_opened": _l("设立爱心基金"),
    "giving.received": _l("收到转赠积分"),
    "giving.use_told": _l("公布基金用途"),
    "inspections.finding_for_branch": _l("把问题告诉支部"),
    "inspections.finding_for_inspector": _l("把整改告诉督查人"),
    "ledger.points_lapsing": _l("积分快到期"),
    "people.code_replaced": _l("换个人码"),
    "people.password_changed": _l("修改了密码"),
    "people.phone_shown": _l("显示电话去通知"),
    "people.record_opened": _l("查看完整资料"),
    "people.signed_out": _l("退出了所有设备"),
    "privacy.copy_taken": _l("导出个人资料"),
    "privacy.erased": _l("注销完成"),
    "privacy.erasure_asked": _l("申请了注销"),
    "privacy.erasure_withdrawn": _l("撤回注销"),
    "redemption.back_in_stock": _l("恢复供货"),
    "redemption.code_replaced": _l("换兑换码的号"),
    "redemption.out_of_stock": _l("登记没货"),
    "redemption.voucher_expired": _l("兑换码过期"),
    "redemption.voucher_extended": _l("延长兑换码"),
    "settlements.approved": _l("批准了月结"),
    "settlements.checked": _l("核对了月结"),
    "settlements.confirmed": _l("确认月结"),
    "settlements.line_answered": _l("答复了月结异议"),
    "settlements.line_disputed": _l("对月结提异议"),
    "settlements.opened": _l("生成月结"),
    "settlements.paid": _l("登记月结的付款或退回"),
    "settlements.returned": _l("退回月结"),
    "stars.branches_imported": _l("导入支部"),
    "stars.members_imported": _l("导入党员名册"),
    "stars.proof_given": _l("交支部佐证"),
    "stars.proof_published": _l("公开支部佐证"),
    "stars.proof_unpublished": _l("收回公开的佐证"),
    "stars.proof_used": _l("佐证用于指标"),
    "stars.proof_withdrawn": _l("撤回支部佐证"),
    "stars.round_opened": _l("开启五星轮次"),
    "stars.scheme_imported": _l("导入创星方案"),
    "tasks.closed": _l("任务结束"),
    "tasks.excuse_asked": _l("说明没来的原因"),
    "tasks.leave_taken": _l("请了一次假"),
    "tasks.no_show_answered": _l("答复了没来的原因"),
    "tasks.no_show_noted": _l("记为没来"),
    "tasks.offer_expired": _l("名额过期没接"),
    "tasks.picture_changed": _l("换任务配图"),
    "tasks.place_offered": _l("递补名额"),
    "tasks.place_open": _l("名额重新开放"),
    "tasks.place_set": _l("定任务地点"),
    "tasks.signup_promoted": _l("候补递补成功"),
    "tasks.template_retired": _l("停用任务模板"),
    "tasks.template_saved": _l("存任务模板"),
}

# By the beginnings of their keys, the first that fits: a hundred and eighty acts in one list are found by nobody.
GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_l("任务和报名"), ("tasks.",)),
    (_l("签到和时长"), ("checkin.",)),
    (_l("随手做志愿"), ("deeds.",)),
    (_l("积分和预算"), ("rewards.", "ledger.", "badges.")),
    (_l("捐赠和爱心基金"), ("giving.",)),
    (_l("商户和优惠"), ("merchants.",)),
    (_l("月结"), ("settlements.", "redemption.settlement_")),
    (_l("兑换和核销"), ("redemption.", "disputes.")),
    (_l("居民、账号和角色"), ("people.", "merging.", "privacy.")),
    (_l("代办、个人卡和转社区"), ("care.",)),
    (_l("意见和投诉"), ("feedback.",)),
    (_l("服务证明和记录"), ("certificates.",)),
    (_l("五星：计划和佐证"), ("stars.aims_", "stars.plan_", "stars.proof_", "stars.paper_", "stars.assessed")),
    (_l("五星：轮次、异议和勘误"), ("stars.round_", "stars.objection_", "stars.erratum_", "stars.standing_")),
    (_l("五星：方案、支部和党员"), ("stars.",)),
    (_l("亮赛比"), ("contest.",)),
    (_l("督查抽查"), ("inspections.",)),
    (_l("导入和导出"), ("batches.", "exports.")),
    (_l("区域、设置和监督"), ("areas.", "home.", "desk.", "watch.")),
)

_FACTS: dict[str, Any] = {
    "points": _l("积分 %(value)s"),
    "minutes": _l("时长 %(value)s"),
    "points_before": _l("原积分 %(value)s"),
    "minutes_before": _l("原时长 %(value)s"),
    "people": _l("人口数 %(value)s"),
    "role": _l("角色 %(value)s"),
    "reason": _l("原因 %(value)s"),
    "policy": _l("设置 %(value)s"),
    "value": _l("新的值 %(value)s"),
    "from_at": _l("原时间 %(value)s"),
    "starts_at": _l("时间 %(value)s"),
    "month": _l("月份 %(value)s"),
    "number": _l("编号 %(value)s"),
}


def acts_by_group() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return every act with its words, in groups that people look for."""
    found: dict[str, list[tuple[str, str]]] = {str(word): [] for word, _starts in GROUPS}
    for kind, words in ACTS.items():
        group = next(str(word) for word, starts in GROUPS if kind.startswith(starts))
        found[group].append((kind, str(words)))
    return list(found.items())


def act_words(kind: str) -> str:
    """Return what an act is called; one that has left the house goes by its own name."""
    return str(ACTS.get(kind, kind))


def fact_words(facts: Mapping[str, Any]) -> list[str]:
    """Return the facts of an act that people read, worded."""
    return [
        str(words) % {"value": _shown(name, facts[name])}
        for name, words in _FACTS.items()
        if facts.get(name) not in (None, "")
    ]


def _shown(name: str, value: Any) -> str:
    if name.endswith("_at") and isinstance(value, str):
        return dated(datetime.fromisoformat(value))
    if name.startswith("minutes") and isinstance(value, int):
        return hours(value)
    if name.startswith("points") and isinstance(value, int):
        return points(value)
    if name == "role":
        return str(ROLE_NAMES.get(value, value))
    return str(value)
