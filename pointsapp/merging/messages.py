"""Words of merging."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.web.messages import Message

MESSAGES: dict[str, Message] = {
    "merge_barred": Message(
        _l("现在还不能合并"),
        _l("有一件事要先办好，两个账号都没有任何变化。"),
        (_l("回到重复账号"), "merging.show_duplicates"),
    ),
}
STATES = {
    "proposed": _l("等另一位确认"),
    "done": _l("已合并"),
    "rejected": _l("没有同意"),
    "withdrawn": _l("已撤回"),
}
HINTS = {
    "same_phone": _l("手机号只差一位或前缀"),
    "no_phone": _l("一个没登记手机号"),
    "unused": _l("一个还没设密码"),
    "unverified": _l("一个还没核实"),
    "same_home": _l("同一个社区"),
}
