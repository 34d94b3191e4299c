"""Words of privacy."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.web.messages import Message

MESSAGES: dict[str, Message] = {
    "roles_held": Message(
        _l("还担任着角色"),
        _l("名下还有 %(roles)s 个角色。请先和上级办好交接、收回角色，再来注销；账号没有任何变化。"),
        (_l("看我的资料"), "people.show_profile"),
    ),
    "erasure_not_waiting": Message(
        _l("没有等待中的注销申请"),
        _l("可能已经撤回过了，账号照常使用。"),
        (_l("看我的资料"), "people.show_profile"),
    ),
    "too_many_copies": Message(
        _l("今天导出的次数用完了"),
        _l("24 小时内最多导出 %(most)s 次，刚才导出的文件还可以用。请明天再来。"),
        (_l("回到导出页"), "privacy.show_copy"),
    ),
}
