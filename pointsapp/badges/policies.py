"""The steps of each series of medals: an operator may change them; what was won by the old ones stays."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.badges.models import Series
from pointsapp.core import policy

STEPS = {
    Series.SERVICES: policy.declare("badges.services", [1, 20, 100], _l("勋章：到场服务几次（由小到大）")),
    Series.HOURS: policy.declare("badges.hours", [10, 50, 100, 300], _l("勋章：累计服务几小时（由小到大）")),
    Series.MONTHS: policy.declare("badges.months", [3, 12], _l("勋章：连续几个月都来服务（由小到大）")),
    Series.ORGANISERS: policy.declare("badges.organisers", [2, 5], _l("勋章：为几个组织方服务过（由小到大）")),
    Series.KINDS: policy.declare("badges.kinds", [3, 6], _l("勋章：做过几类任务（由小到大）")),
    Series.ELDERS: policy.declare("badges.elders", [1, 10, 30], _l("勋章：陪伴照看老人几次（由小到大）")),
    Series.DEEDS: policy.declare("badges.deeds", [1, 10, 50], _l("勋章：通过几件随手做志愿（由小到大）")),
}
