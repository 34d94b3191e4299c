"""What waits around a shop's month: lines to answer, the community's check, the street's approval, the payment or return to note."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select

from pointsapp.core.actor import OFFICE_STAFF, STREET_OFFICE
from pointsapp.core.duties import Duties, duty_columns
from pointsapp.merchants.models import Merchant
from pointsapp.merchants.queries import workers
from pointsapp.settlements.models import Settlement, SettlementLine, SettlementState


def _months(since: Any, state: SettlementState, **more: Any) -> Select[Any]:
    columns = duty_columns(
        number=Settlement.id,
        area_id=Merchant.area_id,
        since=since,
        title=Merchant.name,
        note=Settlement.month,
        arg=Settlement.public_id,
        **more,
    )
    return select(*columns).join(Merchant, Merchant.id == Settlement.merchant_id).where(Settlement.state == state)


def disputed(now: datetime) -> Select[Any]:
    """Select drafts with lines that the shop disputes and nobody has answered, since the first of them."""
    first = (
        select(func.min(SettlementLine.disputed_at))
        .where(
            SettlementLine.settlement_id == Settlement.id,
            SettlementLine.disputed_at.is_not(None),
            SettlementLine.answered_at.is_(None),
        )
        .correlate(Settlement)
        .scalar_subquery()
    )
    return _months(first, SettlementState.DRAFT).where(first.is_not(None))


def to_check(now: datetime) -> Select[Any]:
    """Select months that the shop has confirmed."""
    return _months(Settlement.merchant_confirmed_at, SettlementState.CONFIRMED)


def to_approve(now: datetime) -> Select[Any]:
    """Select months that the community has checked; who checked does not approve."""
    return _months(Settlement.office_confirmed_at, SettlementState.CHECKED, not_by=Settlement.office_confirmed_by_id)


def to_pay(now: datetime) -> Select[Any]:
    """Select approved months with something to pay, or to be given back by the shop; who approved does not note the payment."""
    approved = _months(Settlement.confirmed_at, SettlementState.APPROVED, not_by=Settlement.approved_by_id)
    return approved.where(Settlement.total_fen != 0)


def own_people(numbers: Collection[int], now: datetime) -> Select[int, int]:
    """Select who works for the shop of each month: they never act for the paying side."""
    own = workers(now).subquery()
    return (
        select(Settlement.id, own.c.person_id)
        .join(own, own.c.merchant_id == Settlement.merchant_id)
        .where(Settlement.id.in_(numbers))
    )


_PAGE: dict[str, Any] = {"endpoint": "settlements.show_console_month", "arg": "public_id", "barred": own_people}
DUTIES = (
    Duties(key="settlements.disputed", name=_l("答复月结异议"), waiting=disputed, roles=OFFICE_STAFF, **_PAGE),
    Duties(key="settlements.check", name=_l("核对月结"), waiting=to_check, roles=OFFICE_STAFF, **_PAGE),
    Duties(key="settlements.approve", name=_l("批准月结"), waiting=to_approve, roles=STREET_OFFICE, **_PAGE),
    Duties(key="settlements.pay", name=_l("登记付款或退回"), waiting=to_pay, roles=OFFICE_STAFF, **_PAGE),
)
