"""What redemption holds of a person: vouchers and what the till did with them stay as the shop's accounts; open ones are given back."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core.personal import Acts, Chapter, Closing, Fate, Holding
from pointsapp.merchants.models import Merchant
from pointsapp.redemption.models import Voucher, VoucherState
from pointsapp.redemption.services.owners import cancel_open, open_vouchers

_LABEL = _l("兑换和核销的记录")
_WHY = _l("商户凭它和社区结算；这里只留编号，查不到您是谁")
PARTS = (
    Holding(
        table="voucher",
        column="person_id",
        fate=Fate.STAYS,
        label=_LABEL,
        why=_WHY,
        plain=frozenset({"public_id", "code", "title", "terms", "state"}),
        secret=frozenset({"code"}),
    ),
    Holding(
        table="redemption",
        column="voucher_id",
        through=("voucher", "person_id"),
        fate=Fate.BLANKED,
        label=_LABEL,
        why=_WHY,
        blanks={"reversal_reason": None},
        plain=frozenset({"public_id"}),
    ),
    Acts(table="redemption", columns=("clerk_id", "reversed_by_id")),
    Acts(table="till_scan", columns=("clerk_id",)),
    Acts(table="shortage", columns=("reported_by_id",)),
)

CLOSINGS = (
    Closing(
        key="redemption.vouchers", label=_l("%(n)s 张没用的兑换码会退回积分"), counts=open_vouchers, ends=cancel_open
    ),
)

_STATES = {
    VoucherState.ISSUED: _l("可用"),
    VoucherState.REDEEMED: _l("已核销"),
    VoucherState.CANCELLED: _l("已取消"),
    VoucherState.EXPIRED: _l("已过期"),
}


def _vouchers(session: Session, person_id: int) -> list[tuple[Any, ...]]:
    rows = session.execute(
        select(Voucher.title, Merchant.name, Voucher.points, Voucher.state, Voucher.issued_at, Voucher.closed_at)
        .join(Merchant, Merchant.id == Voucher.merchant_id)
        .where(Voucher.person_id == person_id)
        .order_by(Voucher.id.desc())
    )
    return [(row.title, row.name, row.points, _STATES[row.state], row.issued_at, row.closed_at or "—") for row in rows]


CHAPTERS = (
    Chapter(
        key="vouchers",
        title=_l("我的兑换"),
        heads=(_l("优惠", n=1), _l("商户", n=1), _l("积分"), _l("状态"), _l("领取时间"), _l("结束时间")),
        lists=_vouchers,
    ),
)
