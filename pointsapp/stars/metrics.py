"""The board's own: work recorded on paper, items of plans that were accepted, the register of members, the official head count."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core.metrics import Counting, Gives, Metric, one, one_less
from pointsapp.stars.queries.metrics import ATTENDANCE, MINUTES, PROJECT
from pointsapp.stars.queries.rows import PAPER_CONFIRMED
from pointsapp.stars.rules.scheme import HEADCOUNT

# Work on paper leaves the same evidence as a check-in, once a second person has confirmed it.
GIVES = (
    Gives(kind=PAPER_CONFIRMED, evidence=ATTENDANCE, amount=lambda facts: int(facts["minutes"] > 0)),
    Gives(kind=PAPER_CONFIRMED, evidence=MINUTES, amount=lambda facts: int(facts["minutes"])),
    # An item of a plan that a second person accepted; an acceptance that is taken back is evidence of its own.
    Gives(kind="stars.plan_item_accepted", evidence=PROJECT, amount=one),
    Gives(kind="stars.plan_item_returned", evidence=PROJECT, amount=one_less),
)

METRICS = (
    Metric(
        key="projects_done",
        name=_l("办结项目"),
        unit=_l("项"),
        counts=_l("辖区内各支部创建计划里办完、有佐证、经街道或评定员验收的事项；经手的人不能验收"),
        formula=_l("验收的事项数减去收回验收的事项数"),
        evidence=PROJECT,
    ),
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
