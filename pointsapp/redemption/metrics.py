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
    Metric(
        key="vouchers_issued",
        name=_l("领出的兑换码"),
        unit=_l("张"),
        counts=_l("在辖区内的商户名下领出的兑换码；只供了解，不得计分"),
        formula=_l("“领取”事件的条数"),
        by=Counting.EVENTS,
        evidence="redemption.voucher_issued",
        can_score=False,
    ),
    Metric(
        key="redemption_rate",
        name=_l("兑换核销率"),
        unit=_l("%"),
        counts=_l("在辖区内的商户领出的兑换码里，核销了多少；只供了解，不得计分"),
        formula=_l("核销次数 × 100 ÷ 领出张数，舍去小数"),
        by=Counting.EVENTS,
        evidence="redemption.voucher_redeemed",
        over="vouchers_issued",
        times=100,
        can_score=False,
    ),
)
