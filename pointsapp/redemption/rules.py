"""Pure decisions about vouchers: may this one be issued, used, cancelled, undone; until when does it hold."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pointsapp.core.clock import to_local
from pointsapp.core.errors import Refusal
from pointsapp.merchants.rules import Standing, left_of
from pointsapp.redemption.errors import (
    AlreadyRedeemed,
    LimitReached,
    OfferClosed,
    OutOfStock,
    UndoWindowOver,
    VoucherCancelled,
    VoucherExpired,
)
from pointsapp.redemption.models import VoucherState


def expiry_of(now: datetime, days: int, ends_at: datetime | None) -> datetime:
    """Return when a voucher issued now expires: after `days`, at the latest at the offer's end."""
    until = now + timedelta(days=days)
    return until if ends_at is None else min(until, ends_at)


def reissued_until(expires_at: datetime, now: datetime, hours: int) -> datetime:
    """Return when a voucher given back at the till expires: as before, but at least `hours` from now."""
    return max(expires_at, now + timedelta(hours=hours))


def refusal_to_issue(
    *, standing: Standing, own: int, limit: int | None, stock_left: int | None, left_today: int | None
) -> Refusal | None:
    """Return why no voucher can be issued, in the contract's order: time, the person's limit, what is left."""
    if standing is not Standing.OPEN:
        return OfferClosed(reason=standing.value)
    if limit is not None and left_of(limit, own) == 0:
        return LimitReached(limit=limit)
    if stock_left == 0:
        return OutOfStock(reason="all")
    if left_today == 0:
        return OutOfStock(reason="today")
    return None


def shown_state(state: VoucherState, expires_at: datetime, now: datetime) -> VoucherState:
    """Return the state people see: a voucher past its time is expired, also before the worker comes round."""
    is_over = state is VoucherState.ISSUED and expires_at <= now
    return VoucherState.EXPIRED if is_over else state


def refusal_of(
    state: VoucherState, *, expires_at: datetime, redeemed_at: datetime | None, redeemed_by: str | None
) -> Refusal | None:
    """Return why a voucher in the shown `state` can neither be used nor cancelled, with its facts."""
    if state is VoucherState.CANCELLED:
        return VoucherCancelled()
    if state is VoucherState.REDEEMED:
        return AlreadyRedeemed(redeemed_at=_instant(redeemed_at), redeemed_by=redeemed_by)
    if state is VoucherState.EXPIRED:
        return VoucherExpired(expired_at=_instant(expires_at))
    return None


def refusal_to_undo(
    *, redeemed_at: datetime, settled_at: datetime | None, minutes: int, now: datetime
) -> Refusal | None:
    """Return why a redemption stands for good: it is settled, or too long ago."""
    if settled_at is not None:
        return UndoWindowOver(reason="settled", minutes=minutes)
    if now > redeemed_at + timedelta(minutes=minutes):
        return UndoWindowOver(reason="time", minutes=minutes)
    return None


def _instant(value: datetime | None) -> Any:
    return None if value is None else to_local(value).isoformat(timespec="seconds")
