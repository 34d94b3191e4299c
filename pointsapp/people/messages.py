"""Words of people: roles, and what is said when joining or signing in does not work."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core.actor import Role
from pointsapp.people.models import Listing
from pointsapp.web.messages import Message

NO_SUCH_MERCHANT = _l("没有这家商户")
NO_SUCH_PERSON = _l("没有人用这个手机号或志愿者编号")

ROLE_NAMES = {
    Role.MERCHANT_CLERK: _l("商户店员"),
    Role.MERCHANT_MANAGER: _l("商户店长"),
    Role.GRID_LEADER: _l("网格长"),
    Role.BRANCH_SECRETARY: _l("支部书记"),
    Role.STAFF: _l("社区工作者"),
    Role.STREET_ADMIN: _l("街道管理员"),
    Role.PLATFORM_ADMIN: _l("平台管理员"),
    Role.ASSESSOR: _l("评定员"),
    Role.INSPECTOR: _l("督查员"),
    Role.DISTRICT_READER: _l("区级查阅"),
    Role.AUDITOR: _l("审计员"),
}

LISTINGS = {  # what one chooses, and what it means
    Listing.EVERYWHERE: (_l("社区、街道和区的榜都上"), _l("名字打码，只显示姓氏")),
    Listing.COMMUNITY: (_l("只上本社区的榜"), _l("名字打码，只显示姓氏；没选过的人都是这样")),
    Listing.NOWHERE: (_l("哪里都不上"), _l("积分、等级和勋章都不受影响；自己的位置只有您看得到")),
}

LOOKED_FOR = {
    "at_the_desk": _l("本人来窗口办事"),
    "call": _l("打电话联系您"),
    "check": _l("核对报名或记录"),
    "other": _l("其他工作需要"),
    "export": _l("导出名单"),  # by the worker, with the reason in the audit
}

MESSAGES: dict[str, Message] = {
    "invalid_credentials": Message(
        _l("登录没有成功"),
        _l(
            "账号或密码不对，或者一次性登录码已经用过、过期或不存在。忘了密码，可以请社区工作人员给您一个新的一次性登录码。"
        ),
        (_l("重新登录"), "people.show_sign_in"),
    ),
    "too_many_attempts": Message(
        _l("输错次数太多"),
        _l(
            "为了保护您的账号，请 %(retry_after)s 秒后再试；着急的话，请社区工作人员给您一个一次性登录码，马上就能登录。"
        ),
        (_l("重新登录"), "people.show_sign_in"),
    ),
    "phone_taken": Message(
        _l("手机号已被登记"),
        _l("您可以先不填手机号完成注册，再请社区工作人员当面把这个号码登记给您；如果是您本人注册过，请直接登录。"),
    ),
    "consent_required": Message(
        _l("请先阅读告知书"),
        _l("请阅读并同意 %(consent_version)s 版个人信息告知书后再提交。"),
        (_l("重新填写"), "people.register"),
    ),
    "not_verified": Message(
        _l("还没有核实身份"),
        _l("积分已经记在您名下，核实后就能使用：下次参加活动请负责人扫一下您的码，或到社区请工作人员核实。"),
        (_l("看我的码"), "checkin.show_my_code"),
    ),
    "home_is_set": Message(
        _l("换社区要那边答复"),
        _l("搬了家，请申请转到新社区：那边接收以后，积分、时长和记录都跟着走。其他改动没有保存，请再试一次。"),
        (_l("申请转社区"), "care.show_move"),
    ),
    "role_has_other_scope": Message(
        _l("角色范围不对"), _l("店长和店员要选商户，平台管理员什么都不用选，其他角色要选区域。")
    ),
    "role_dates_wrong": Message(_l("角色的日期不对"), _l("最后一天不能早于第一天，也不能已经过去，请重新填写。")),
    "deputy_not_staff": Message(
        _l("请上级来安排"),
        _l("您自己只能请同一片区、已经是工作人员的人代办；要请别人，请能授予这个角色的人来安排。"),
    ),
    "deputy_not_possible": Message(
        _l("这个角色不能请人代办"), _l("它已经结束，或者本来就是代别人办的，或者不是某个区域的角色。")
    ),
    "role_held_already": Message(
        _l("已经有这个角色"), _l("这个人在这里已经有同样的角色，时间有重叠；要改日期，请先收回旧的。")
    ),
}
