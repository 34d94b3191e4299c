"""Shortages and refused scans: what one voucher met, and what the till still has to give."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from pointsapp.core import clock
from pointsapp.core.masking import mask_name
from pointsapp.merchants.models import Merchant
from pointsapp.people.models import Person
from pointsapp.redemption.models import Shortage, ShortageChoice, ShortageState, TillScan, Voucher, VoucherState

SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortageRow:
    """One 今天没货; the customer's name is masked."""

    id: int
    public_id: str
    voucher_id: int
    voucher: str
    voucher_state: VoucherState
    title: str
    owner: str
    merchant_id: int
    merchant_name: str
    state: ShortageState
    choice: ShortageChoice | None
    reported_at: datetime
    note: str | None
    extended_until: datetime | None
    closed_at: datetime | None
    is_repeat: bool = False


def _select() -> Select[Shortage, str, VoucherState, str, str, str]:
    return (
        select(Shortage, Voucher.public_id, Voucher.state, Voucher.title, Person.name, Merchant.name)
        .join(Voucher, Voucher.id == Shortage.voucher_id)
        .join(Person, Person.id == Voucher.person_id)
        .join(Merchant, Merchant.id == Shortage.merchant_id)
    )


def _rows(session: Session, statement: Select[Shortage, str, VoucherState, str, str, str]) -> list[ShortageRow]:
    return [
        ShortageRow(
            id=row.id,
            public_id=row.public_id,
            voucher_id=row.voucher_id,
            voucher=voucher,
            voucher_state=state,
            title=title,
            owner=mask_name(owner),
            merchant_id=row.merchant_id,
            merchant_name=merchant,
            state=row.state,
            choice=row.choice,
            reported_at=row.reported_at,
            note=row.note,
            extended_until=row.extended_until,
            closed_at=row.closed_at,
        )
        for row, voucher, state, title, owner, merchant in session.execute(
            statement.execution_options(populate_existing=True)
        )
    ]


def newest_shortage(session: Session, voucher_id: int) -> ShortageRow | None:
    """Return the last time the shop had nothing for this voucher, whatever became of it."""
    statement = _select().where(Shortage.voucher_id == voucher_id).order_by(Shortage.id.desc()).limit(1)
    return next(iter(_rows(session, statement)), None)


def waiting_for_choice(session: Session, voucher_ids: Iterable[int]) -> frozenset[int]:
    """Return which of these vouchers a shop had nothing for, and their owner has not chosen yet."""
    ids = tuple(voucher_ids)
    if not ids:
        return frozenset()
    meant = select(Shortage.voucher_id).where(Shortage.voucher_id.in_(ids), Shortage.state == ShortageState.OPEN)
    return frozenset(session.scalars(meant))


def out_today(session: Session, merchant_id: int, offer_id: int, *, now: datetime) -> datetime | None:
    """Return when the shop last said today that this offer's goods are out; None where it did not, or they have come since.

    They have come where it took the last word back, or has given the goods to anybody since.
    """
    last = session.execute(
        select(Shortage.state, Shortage.reported_at)
        .join(Voucher, Voucher.id == Shortage.voucher_id)
        .where(
            Shortage.merchant_id == merchant_id,
            Shortage.reported_at >= clock.at_local(clock.local_day(now)),
            Voucher.offer_id == offer_id,
        )
        .order_by(Shortage.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None or last.state is ShortageState.WITHDRAWN:
        return None
    came = select(Voucher.id).where(
        Voucher.offer_id == offer_id,
        Voucher.state == VoucherState.REDEEMED,
        Voucher.closed_at > last.reported_at,
    )
    return None if session.scalar(came.limit(1)) else last.reported_at


def shortage_by_public_id(session: Session, public_id: str) -> ShortageRow | None:
    """Return the shortage, whoever asks: the caller judges who may read it."""
    return next(iter(_rows(session, _select().where(Shortage.public_id == public_id))), None)


def shortages_between(
    session: Session, merchant_ids: Iterable[int], start: datetime, end: datetime
) -> list[ShortageRow]:
    """Return what these shops did not have in [start, end), newest first, at most SHOWN."""
    return _rows(
        session,
        _select()
        .where(Shortage.merchant_id.in_(tuple(merchant_ids)), Shortage.reported_at >= start, Shortage.reported_at < end)
        .order_by(Shortage.reported_at.desc(), Shortage.id.desc())
        .limit(SHOWN),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRow:
    """One refused scan of a voucher; the clerk's name is masked."""

    scanned_at: datetime
    shop: str
    clerk: str
    reason: str


def refused_scans(session: Session, voucher_id: int) -> list[ScanRow]:
    """Return the scans of a voucher that a till refused, oldest first, at most SHOWN."""
    rows = session.execute(
        select(TillScan.scanned_at, Merchant.name, Person.name, TillScan.reason)
        .join(Merchant, Merchant.id == TillScan.merchant_id)
        .join(Person, Person.id == TillScan.clerk_id)
        .where(TillScan.voucher_id == voucher_id)
        .order_by(TillScan.scanned_at, TillScan.id)
        .limit(SHOWN)
    )
    return [
        ScanRow(scanned_at=at, shop=shop, clerk=mask_name(clerk), reason=reason) for at, shop, clerk, reason in rows
    ]
