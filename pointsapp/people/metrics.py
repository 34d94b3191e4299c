"""What people give the star board: for information only, since nobody is forced to install or to register."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core.metrics import Counting, Metric

METRICS = (
    Metric(
        key="registrations",
        name=_l("新注册"),
        unit=_l("人"),
        counts=_l("在辖区内新登记的账号；只供了解，不得计分"),
        formula=_l("“加入”事件的条数"),
        by=Counting.EVENTS,
        evidence="people.joined",
        can_score=False,
    ),
)
