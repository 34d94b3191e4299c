"""What the basement's own tables hold of people; core says no words, so they are said here."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core.personal import Acts, Fate, Holding, Nobodys

BOOKS = _l("账目要长期对得上：每月公示、每天封存，少一行就对不上了")
LAW = _l("《志愿服务条例》要求志愿服务记录真实、完整，并长期保存；这里只留编号，查不到您是谁")
TRACE = _l("谁在什么时候办过什么，出了问题要能查；这里只留编号，查不到您是谁")

PARTS = (
    Holding(
        table="event",
        column="person_id",
        fate=Fate.STAYS,
        label=_l("办事留痕"),
        why=TRACE,
        plain=frozenset({"kind", "subject", "facts"}),
    ),
    Acts(table="event", columns=("actor_id",)),
    Holding(
        table="stored_answer",
        column="person_id",
        fate=Fate.GOES,
        label=_l("防止重复提交的凭据"),
        secret=frozenset({"key", "fingerprint", "body"}),
    ),
    Acts(table="policy_version", columns=("set_by_id",)),
    Nobodys(table="policy_version", columns=("name",), why="the name of a setting"),
    Nobodys(table="figure", columns=("name",), why="the name of a measured figure"),
)
