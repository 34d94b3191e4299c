"""Words of small good deeds: kinds, states, refusals, the sentences in the books and the steps of the sum."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.deeds import memos
from pointsapp.deeds.models import Decision, DeedKind, DeedState
from pointsapp.ledger.memos import declare
from pointsapp.rewards.messages import declare_steps
from pointsapp.web.messages import Message

KINDS = {
    DeedKind.TIDY: _l("捡拾清理"),
    DeedKind.GREEN: _l("浇花护绿"),
    DeedKind.NEIGHBOUR: _l("帮邻居一把"),
    DeedKind.ELDER: _l("陪伴老人"),
    DeedKind.SAFETY: _l("排除隐患"),
    DeedKind.FOUND: _l("拾金不昧"),
    DeedKind.MANNERS: _l("文明劝导"),
    DeedKind.OTHER: _l("其他好事"),
}
STATES = {
    DeedState.WAITING: _l("等社区看"),
    DeedState.APPROVED: _l("通过了"),
    DeedState.REJECTED: _l("没有通过"),
    DeedState.WITHDRAWN: _l("已撤回"),
    DeedState.REVOKED: _l("复核后取消"),
}
TONES = {
    DeedState.WAITING: "wait",
    DeedState.APPROVED: "yes",
    DeedState.REJECTED: "no",
    DeedState.WITHDRAWN: "plain",
    DeedState.REVOKED: "no",
}
DECISIONS = {
    Decision.APPROVED: _l("已通过"),
    Decision.REJECTED: _l("没有通过"),
    Decision.REVOKED: _l("取消"),
}
# What is most often wrong, ready to press: the person reads it as it stands.
REASONS = (
    _l("照片看不出做了什么，请换一张再交。"),
    _l("照片里有别人的脸，请换一张再交。"),
    _l("这件事已经作为任务记过了。"),
)

MESSAGES: dict[str, Message] = {
    "deed_needs_home": Message(
        _l("还没有选社区"),
        _l("随手做志愿由您所在的社区来看。请先在个人资料里选好社区，再来交。"),
        (_l("去选社区"), "people.show_profile"),
    ),
    "deeds_enough_today": Message(_l("今天交得够多了"), _l("一天最多交 %(most)s 件，谢谢您！明天可以再交。")),
    "deed_picture_unreadable": Message(
        _l("没有看到照片"), _l("请选一张 10 MB 以内的照片（JPEG、PNG 或 WebP）。写好的字都还在。")
    ),
    "deed_picture_used": Message(_l("这张照片交过了"), _l("同一张照片只能用一次。请换一张这次拍的，写好的字都还在。")),
    "deed_reviewed": Message(_l("已经有人看过了"), _l("这一件已经有了结果，没有再改。刷新后能看到。")),
    "deed_taken_back": Message(_l("已经撤回了"), _l("交的人自己撤回了这一件，不用再看。")),
    "own_deed": Message(_l("要由另一位来看"), _l("自己的，或者与您有代办关系的人交来的，请别的同事看。")),
    "own_deed_review": Message(_l("要由另一位复看"), _l("第一次是您看的，复看请由别的同事来做。")),
    "deed_points_too_many": Message(_l("给得太多"), _l("随手做志愿一件最多 %(most)s 分。")),
    "deed_pot_empty": Message(
        _l("本月的随手做志愿积分用完了"),
        _l("本社区这个月还剩 %(left)s 分。可以先按 0 分通过，或者请街道调高每月的额度。"),
    ),
}

declare(memos.THANKED, _l("随手做志愿"))
declare(memos.REVOKED, _l("随手做志愿：复核后取消"))
declare(memos.POT_FILLED, _l("本月随手做志愿，预留积分"))
declare(memos.POT_CLOSED, _l("上月随手做志愿，剩余积分退回"))

declare_steps(
    {
        "deed_given": _l("社区看过照片和说明，给 %(result)s 分"),
        "deed_month": _l("随手做志愿每月最多 %(cap)s 分，本月已得 %(so_far)s 分，这次算 %(result)s 分"),
    }
)
