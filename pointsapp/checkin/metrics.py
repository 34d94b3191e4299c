"""What check-in gives the star board: who took part, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from pointsapp.core.metrics import Counting, Gives, Metric

ATTENDANCE, MINUTES = "attendance", "service_minutes"


def _came(facts: Mapping[str, Any]) -> int:
    return int(int(facts["minutes"]) > 0)


def _minutes(facts: Mapping[str, Any]) -> int:
    return int(facts["minutes"])


def _still_came(facts: Mapping[str, Any]) -> int:
    """Corrected to nothing means that they did not take part."""
    return int(int(facts["minutes"]) > 0) - int(int(facts["minutes_before"]) > 0)


def _more_minutes(facts: Mapping[str, Any]) -> int:
    return int(facts["minutes"]) - int(facts["minutes_before"])


# A correction is evidence of its own: the difference.
GIVES = (
    Gives(kind="checkin.credited", evidence=ATTENDANCE, amount=_came),
    Gives(kind="checkin.credited", evidence=MINUTES, amount=_minutes),
    Gives(kind="checkin.corrected", evidence=ATTENDANCE, amount=_still_came),
    Gives(kind="checkin.corrected", evidence=MINUTES, amount=_more_minutes),
)

METRICS = (
    Metric(
        key="participants",
        name=_l("参与人数"),
        unit=_l("人"),
        counts=_l("在辖区内实际到场服务过的不同的人；来过几次都只算一人，更正为没到场的不算"),
        formula=_l("到场合计大于 0 的人数"),
        by=Counting.PEOPLE,
        evidence=ATTENDANCE,
    ),
    Metric(
        key="attendances",
        name=_l("参与人次"),
        unit=_l("人次"),
        counts=_l("在辖区内实际到场服务的次数"),
        formula=_l("签到入账次数减去更正为没到场的次数"),
        evidence=ATTENDANCE,
    ),
    Metric(
        key="service_minutes",
        name=_l("服务时长"),
        unit=_l("分钟"),
        counts=_l("在辖区内实际服务的分钟数"),
        formula=_l("签退（或现场确认）入账的分钟数，加减更正"),
        evidence=MINUTES,
    ),
    Metric(
        key="service_minutes_per_thousand",
        name=_l("每千人服务时长"),
        unit=_l("分钟/千人"),
        counts=_l("在辖区内实际服务的分钟数，平摊到官方人口"),
        formula=_l("服务时长 × 1000 ÷ 官方人口数，舍去小数"),
        evidence=MINUTES,
        over="headcount",
        times=1000,
    ),
    Metric(
        key="party_members_participating",
        name=_l("参与的党员"),
        unit=_l("人"),
        counts=_l("本支部党员中，在辖区内实际到场服务过的人；服务当天要是本支部党员"),
        formula=_l("到场合计大于 0 的党员人数"),
        by=Counting.MEMBERS,
        evidence=ATTENDANCE,
    ),
)
