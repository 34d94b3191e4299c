"""The board's own: work recorded on paper, the register of members and the official head count."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core.metrics import Counting, Gives, Metric
from pointsapp.stars.queries.evidence import PAPER_CONFIRMED
from pointsapp.stars.queries.metrics import ATTENDANCE, MINUTES
from pointsapp.stars.rules.scheme import HEADCOUNT

# Work on paper leaves the same evidence as a check-in, once a second person has confirmed it.
GIVES = (
    Gives(kind=PAPER_CONFIRMED, evidence=ATTENDANCE, amount=lambda facts: int(facts["minutes"] > 0)),
    Gives(kind=PAPER_CONFIRMED, evidence=MINUTES, amount=lambda facts: int(facts["minutes"])),
)

METRICS = (
    Metric(
        key="party_members",
        name=_l("在册党员"),
        unit=_l("人"),
        counts=_l("当天在本支部名册上的党员"),
        formula=_l("已经入册、还没有转出的党员人数"),
        by=Counting.REGISTER,
    ),
    Metric(
        key=HEADCOUNT,
        name=_l("官方人口数"),
        unit=_l("人"),
        counts=_l("支部辖区的官方人口数，注明来源和日期；从不用注册账号数"),
        formula=_l("最近一次导入的官方人口数"),
        by=Counting.OFFICIAL,
    ),
)
