"""How figures and instants read on a page: Chinese first, English where the reader asked for it."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup, escape

from pointsapp.core import clock
from pointsapp.core.masking import mask_name, mask_phone
from pointsapp.web.plurals import beside

_WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _english() -> bool:
    locale = get_locale()
    return locale is not None and locale.language == "en"


def points(value: int) -> str:
    """1240 -> 1,240"""
    return f"{value:,}"


def shipped(name: str) -> str:
    """环境保洁 -> Tidying up: a name this house brought along; what an operator wrote stays as written."""
    return _(name) if name else name


def hours(minutes: int) -> str:
    """200 -> 3 小时 20 分"""
    whole, rest = divmod(minutes, 60)
    if whole and rest:
        return _("%(hours)s 小时 %(minutes)s 分", hours=f"{whole:,}", minutes=rest)
    if whole:
        return _("%(hours)s 小时", hours=f"{whole:,}")
    return _("%(minutes)s 分钟", minutes=rest)


def hours_figure(minutes: int) -> str:
    """200 -> 3.3: hours as a large figure, rounded down to a tenth; the unit stands beside it."""
    whole, tenth = divmod(minutes // 6, 10)
    return f"{whole:,}.{tenth}" if tenth else f"{whole:,}"


def month(value: datetime | date) -> str:
    """2026年11月, November 2026"""
    local = clock.to_local(value).date() if isinstance(value, datetime) else value
    return f"{_MONTHS_EN[local.month - 1]} {local.year}" if _english() else f"{local.year}年{local.month}月"


def short_month(value: date) -> str:
    """11月, Nov: under a bar"""
    return _MONTHS_EN[value.month - 1] if _english() else f"{value.month}月"


def day(value: datetime | date) -> str:
    """11月21日 周六; the year is said only when it is not this one."""
    local = clock.to_local(value).date() if isinstance(value, datetime) else value
    this_year = clock.local_day(clock.now()).year
    if _english():
        text = f"{_WEEKDAYS_EN[local.weekday()]} {local.day} {_MONTHS_EN[local.month - 1]}"
        return text if local.year == this_year else f"{text} {local.year}"
    text = f"{local.month}月{local.day}日 {_WEEKDAYS[local.weekday()]}"
    return text if local.year == this_year else f"{local.year}年{text}"


def short_day(value: datetime | date) -> str:
    """11月21日, without the weekday: a deadline months ahead; the year only when it is not this one."""
    local = clock.to_local(value).date() if isinstance(value, datetime) else value
    year = "" if local.year == clock.local_day(clock.now()).year else str(local.year)
    if _english():
        return f"{local.day} {_MONTHS_EN[local.month - 1]} {year}".rstrip()
    return f"{year}年{local.month}月{local.day}日" if year else f"{local.month}月{local.day}日"


def last_day(value: datetime) -> str:
    """The last day of a span that is over at `value`, its first midnight after."""
    return short_day(value - timedelta(microseconds=1))


def clock_time(value: datetime) -> str:
    """19:00"""
    return clock.to_local(value).strftime("%H:%M")


def near_day(value: datetime | date) -> str:
    """今天, 明天, 昨天, else the day."""
    local = clock.local_day(value) if isinstance(value, datetime) else value
    distance = (local - clock.local_day(clock.now())).days
    near = {0: _("今天"), 1: _("明天"), 2: _("后天"), -1: _("昨天")}
    return near.get(distance, "") or day(local)


def when(start: datetime, end: datetime | None = None) -> str:
    """今天 19:00–21:00; an end on another day says which."""
    text = f"{near_day(start)} {clock_time(start)}"
    if end is None:
        return text
    if clock.local_day(end) == clock.local_day(start):
        return f"{text}–{clock_time(end)}"
    return f"{text} – {near_day(end)} {clock_time(end)}"


def moment(value: datetime) -> str:
    """11月21日 周六 19:00"""
    return f"{day(value)} {clock_time(value)}"


def dated(value: datetime) -> str:
    """2026年11月21日 19:00: for a log, which is read years later and beside another day's print."""
    local = clock.to_local(value)
    if _english():
        return f"{local.day} {_MONTHS_EN[local.month - 1]} {local.year} {clock_time(value)}"
    return f"{local.year}年{local.month}月{local.day}日 {clock_time(value)}"


def ago(value: datetime) -> str:
    """刚刚, 5 分钟前, 3 小时前, else the moment."""
    passed = clock.now() - value
    if passed < timedelta(minutes=1):
        return _("刚刚")
    if passed < timedelta(hours=1):
        return _("%(n)s 分钟前", n=int(passed.total_seconds() // 60))
    if passed < timedelta(hours=24):
        return _("%(n)s 小时前", n=int(passed.total_seconds() // 3600))
    return moment(value)


_TAG = re.compile(r"(<[^>]*>)")
_ISO = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_DATE = re.compile(
    r"(?:(?:\d{4}年)?\d{1,2}月\d{1,2}日(?: 周[一二三四五六日])?(?: \d\d:\d\d)?|(?:前天|昨天|今天|明天|后天) \d\d:\d\d)"
)


def whole(text: Any) -> Markup:
    """请在 11月21日 周六 19:00 前点: a sentence whose dates break at their spaces, never inside 周六; tags stay as they are."""
    parts = _TAG.split(str(escape(text)))
    for at in range(0, len(parts), 2):
        parts[at] = _ISO.sub(r'<span class="nowrap">\g<0></span>', parts[at])
        parts[at] = _DATE.sub(r'<span class="keep">\g<0></span>', parts[at])
    return Markup("".join(parts))  # noqa: S704 - escaped a moment ago


def code4(code: str) -> str:
    """ABCDEFGH12 -> ABCD EFGH 12"""
    return " ".join(code[i : i + 4] for i in range(0, len(code), 4))


def money(fen: int) -> str:
    """120 -> ¥1.20, -120 -> −¥1.20"""
    return f"{'−' if fen < 0 else ''}¥{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def local_input(value: datetime | None) -> str:
    """An instant as the value of <input type=datetime-local>."""
    return "" if value is None else clock.to_local(value).strftime("%Y-%m-%dT%H:%M")


FILTERS: dict[str, Any] = {
    "points": points,
    "shipped": shipped,
    "hours": hours,
    "hours_figure": hours_figure,
    "month": month,
    "short_month": short_month,
    "day": day,
    "short_day": short_day,
    "last_day": last_day,
    "clock": clock_time,
    "near_day": near_day,
    "when": when,
    "moment": moment,
    "dated": dated,
    "ago": ago,
    "whole": whole,
    "beside": beside,
    "code4": code4,
    "money": money,
    "mask": mask_name,
    "mask_phone": mask_phone,
    "local_input": local_input,
}


def init_filters(app: Flask) -> None:
    app.jinja_env.filters.update(FILTERS)
