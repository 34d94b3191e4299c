"""A month's way: the shop confirms, the community checks, the street approves, and who paid outside notes it.

Each step says the sums that its person has read; steps that watch each other are by two people. Approved, its redemptions stand for
good at the till.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pointsapp.core import clock, policy
from pointsapp.core.actor import Actor
from pointsapp.core.errors import Invalid
from pointsapp.core.states import rows_changed
from pointsapp.redemption.models import Redemption
from pointsapp.settlements.errors import (
    AnotherPerson,
    LinesDisputed,
    NothingToPay,
    PaidInFuture,
    StepNotDue,
    TotalsMoved,
)
from pointsapp.settlements.messages import BEFORE_THE_MONTH
from pointsapp.settlements.models import LineKind, SettlementLine, SettlementState
from pointsapp.settlements.policies import CONFIRM_DAYS, approves, checks, confirms_for_shop
from pointsapp.settlements.queries import SettlementRow
from pointsapp.settlements.rules import shop_had_its_time
from pointsapp.settlements.services.reading import allow, locked_month, move_month
from pointsapp.settlements.services.telling import tell_managers

_AFTER_CHECK = frozenset({SettlementState.CHECKED, SettlementState.APPROVED, SettlementState.PAID})
_STANDS = frozenset({SettlementState.APPROVED, SettlementState.PAID})


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenSums:
    """The sums are those the person read: nobody confirms figures they have not seen. `note`: for whoever comes next."""

    settlement: str
    redemptions: int
    total_points: int
    total_fen: int
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnMonth:
    settlement: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePayment:
    """`reference`: the slip's or the transfer's number, as it stands outside."""

    settlement: str
    paid_on: date
    reference: str


def confirm_month(session: Session, actor: Actor, command: SeenSums, *, now: datetime) -> SettlementRow:
    """Confirm for the shop; every disputed line has been answered. A repeat changes nothing."""
    row = locked_month(session, actor, command.settlement)
    allow(confirms_for_shop(actor, row.merchant_id))
    if row.merchant_confirmed_at is not None:
        return replace(row, is_repeat=True)
    _must_be(row, SettlementState.DRAFT)
    _must_be_answered(row)
    _must_be_seen(row, command)
    done = move_month(
        session,
        row,
        SettlementState.CONFIRMED,
        merchant_confirmed_at=now,
        merchant_confirmed_by_id=actor.person_id,
        merchant_note=command.note,
    )
    tell_managers(session, "settlements.confirmed", done, actor, now)
    return done


def check_month(session: Session, actor: Actor, command: SeenSums, *, now: datetime) -> SettlementRow:
    """Check for the community; a draft only when the shop let its time pass. A repeat changes nothing."""
    row = locked_month(session, actor, command.settlement)
    allow(checks(actor, row.merchant_id, row.area_path))
    if row.state in _AFTER_CHECK:
        return replace(row, is_repeat=True)
    if row.state is SettlementState.DRAFT:
        days = policy.value(session, CONFIRM_DAYS, now=now)
        if not shop_had_its_time(row.opened_at, row.returned_at, days, now):
            raise StepNotDue(state=row.state.value)
        _must_be_answered(row)
    _must_be_seen(row, command)
    done = move_month(
        session, row, SettlementState.CHECKED, office_confirmed_at=now, office_confirmed_by_id=actor.person_id
    )
    tell_managers(session, "settlements.checked", done, actor, now)
    return done


def approve_month(session: Session, actor: Actor, command: SeenSums, *, now: datetime) -> SettlementRow:
    """Approve for the street: somebody else than who checked. From here on its redemptions stand at the till."""
    row = locked_month(session, actor, command.settlement)
    allow(approves(actor, row.merchant_id, row.area_path))
    if row.state in _STANDS:
        return replace(row, is_repeat=True)
    _must_be(row, SettlementState.CHECKED)
    if row.checked_by_id == actor.person_id:
        raise AnotherPerson()
    _must_be_seen(row, command)
    # One undone since the draft keeps its line: the month after takes it off.
    uses = select(SettlementLine.redemption_id).where(
        SettlementLine.settlement_id == row.id, SettlementLine.kind == LineKind.USE
    )
    rows_changed(
        session,
        update(Redemption)
        .where(Redemption.id.in_(uses), Redemption.reversed_at.is_(None), Redemption.settled_at.is_(None))
        .values(settled_at=now),
    )
    done = move_month(session, row, SettlementState.APPROVED, confirmed_at=now, approved_by_id=actor.person_id)
    tell_managers(session, "settlements.approved", done, actor, now)
    return done


def return_month(session: Session, actor: Actor, command: ReturnMonth, *, now: datetime) -> SettlementRow:
    """Send a month back to the draft with a reason: the community what the shop confirmed, the street what was checked."""
    row = locked_month(session, actor, command.settlement)
    is_street = row.state is SettlementState.CHECKED
    may = approves if is_street else checks
    allow(may(actor, row.merchant_id, row.area_path))
    _must_be(row, SettlementState.CONFIRMED, SettlementState.CHECKED)
    done = move_month(
        session,
        row,
        SettlementState.DRAFT,
        merchant_confirmed_at=None,
        merchant_confirmed_by_id=None,
        office_confirmed_at=None,
        office_confirmed_by_id=None,
        returned_at=now,
        returned_by_id=actor.person_id,
        return_reason=command.reason,
    )
    tell_managers(session, "settlements.returned", done, actor, now, reason=command.reason)
    return done


def note_payment(session: Session, actor: Actor, command: NotePayment, *, now: datetime) -> SettlementRow:
    """Note that it was paid outside, on which day and under which number; by somebody else than who approved."""
    row = locked_month(session, actor, command.settlement)
    allow(checks(actor, row.merchant_id, row.area_path))
    if row.state is SettlementState.PAID and (row.paid_on, row.paid_reference) == (command.paid_on, command.reference):
        return replace(row, is_repeat=True)
    _must_be(row, SettlementState.APPROVED)
    if row.approved_by_id == actor.person_id:
        raise AnotherPerson()
    if row.total_fen == 0:
        raise NothingToPay()
    today = clock.local_day(now)
    if command.paid_on > today:
        raise PaidInFuture(today=today.isoformat())
    if command.paid_on < row.first_day:
        raise Invalid({"paid_on": [str(BEFORE_THE_MONTH)]})
    done = move_month(
        session,
        row,
        SettlementState.PAID,
        paid_on=command.paid_on,
        paid_reference=command.reference,
        paid_by_id=actor.person_id,
        paid_noted_at=now,
    )
    tell_managers(session, "settlements.paid", done, actor, now, reference=command.reference)
    return done


def _must_be(row: SettlementRow, *states: SettlementState) -> None:
    if row.state not in states:
        raise StepNotDue(state=row.state.value)


def _must_be_answered(row: SettlementRow) -> None:
    if row.open_lines:
        raise LinesDisputed(lines=row.open_lines)


def _must_be_seen(row: SettlementRow, command: SeenSums) -> None:
    sums = (row.redemptions, row.total_points, row.total_fen)
    if sums != (command.redemptions, command.total_points, command.total_fen):
        raise TotalsMoved(redemptions=sums[0], total_points=sums[1], total_fen=sums[2])
