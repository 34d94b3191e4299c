"""Promises made in public, and those that were kept: counted only once a second person has confirmed it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.contest.services.pledges import CONFIRMED, PUBLISHED
from pointsapp.core.metrics import Gives, Metric

PROMISES = (MADE, KEPT) = ("promise_made", "promise_kept")

GIVES = (
    Gives(kind=PUBLISHED, evidence=MADE, amount=lambda _facts: 1),
    Gives(kind=CONFIRMED, evidence=KEPT, amount=lambda facts: int(facts["kept"])),
)

METRICS = (
    Metric(
        key="promises_made",
        name=_l("公开承诺"),
        unit=_l("条"),
        counts=_l("本轮公开的承诺，撤回的也算"),
        formula=_l("承诺条数相加"),
        evidence=MADE,
    ),
    Metric(
        key="promises_kept",
        name=_l("兑现承诺"),
        unit=_l("条"),
        counts=_l("支部说兑现了、由另一个人认定的承诺；部分兑现和没有兑现的不算"),
        formula=_l("认定兑现的承诺条数相加"),
        evidence=KEPT,
    ),
)
