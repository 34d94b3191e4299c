"""Words of the desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pointsapp.web.filters import clock_time, moment
from pointsapp.web.messages import Message

MESSAGES: dict[str, Message] = {}

SCOPE_NAMES = {"mine": _l("等我办"), "late": _l("已超期"), "all": _l("我管的全部")}

REACHED = {
    "not": _l("没通知到"),
    "sent": _l("已送到，还没看"),
    "read": _l("已看到"),
    "told": _l("已当面或电话告知"),
}
WAYS = {
    "phone": _l("电话告诉了"),
    "in_person": _l("当面告诉了"),
    "neighbour": _l("请邻居转告了"),
    "no_answer": _l("没打通"),
}
CHANGES = {
    "tasks.cancelled_for_person": _l("任务取消"),
    "tasks.shift_moved_for_person": _l("时间改了"),
    "tasks.shift_stopped_for_person": _l("这一场停了"),
}
# What goes into the building's WeChat group: whole sentences, no names, nothing that only staff may know.
GROUP_WORDS = {
    "tasks.cancelled_for_person": _l(
        "【通知】「%(title)s」（%(place)s）取消了，不用来了。%(because)s报了名的邻居请互相转告，谢谢。"
    ),
    "tasks.shift_moved_for_person": _l(
        "【改期】「%(title)s」（%(place)s）原定 %(from_at)s，改到 %(span)s。名额还在，来不了请在手机上取消。请互相转告，谢谢。"
    ),
    "tasks.shift_stopped_for_person": _l(
        "【通知】「%(title)s」（%(place)s）%(span)s 这一场停了。%(because)s已经做的时间照算。请互相转告，谢谢。"
    ),
}


def group_words(title: str, place: str, kind: str, facts: Mapping[str, Any]) -> str:
    """Return what to copy into the building's group about one change."""
    start, end = _instant(facts.get("starts_at")), _instant(facts.get("ends_at"))
    from_at = _instant(facts.get("from_at"))
    reason = str(facts.get("reason") or "").strip().rstrip("。.；;")
    return str(GROUP_WORDS[kind]) % {
        "title": title,
        "place": place,
        # Whole dates: who reads it in the group tomorrow would take "tomorrow" for another day.
        "from_at": moment(from_at) if from_at else "",
        "span": f"{moment(start)}–{clock_time(end)}" if start and end else "",
        "because": _("原因：%(reason)s。", reason=reason) if reason else "",
    }


def _instant(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None
