"""What redemption gives the star board: for information only, since spending points is no work."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core.metrics import Counting, Metric

METRICS = (
    Metric(
        key="redemptions",
        name=_l("兑换核销"),
        unit=_l("次"),
        counts=_l("在辖区内的商户核销的兑换；只供了解，不得计分"),
        formula=_l("“核销”事件的条数"),
        by=Counting.EVENTS,
        evidence="redemption.voucher_redeemed",
        can_score=False,
    ),
)
