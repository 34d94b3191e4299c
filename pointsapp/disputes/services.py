"""Open a dispute, say one's side, decide with a reason. Upheld, the redemption is taken back and the points return."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from pointsapp.core import clock, events, policy
from pointsapp.core.actor import Actor, Role
from pointsapp.core.codes import new_public_id
from pointsapp.core.errors import NotFound
from pointsapp.core.states import must_move
from pointsapp.core.working_days import after_working_days
from pointsapp.disputes.errors import (
    AlreadyUndone,
    DisputeDecided,
    NotYoursToDecide,
    TooLateToDispute,
    TooManyStatements,
)
from pointsapp.disputes.models import Dispute, DisputeKind, DisputeState, DisputeStatement, Side
from pointsapp.disputes.policies import (
    DECIDE_DAYS,
    DISPUTE_DAYS,
    STATEMENTS_AT_MOST,
    is_office_of,
    is_resident_of,
    may_decide,
    speaks_for_shop,
)
from pointsapp.disputes.queries import DisputeRow, dispute_of_redemption, dispute_row
from pointsapp.merchants.queries import people_of
from pointsapp.redemption.queries import RedemptionRow, redemption_by_public_id
from pointsapp.redemption.services import annul_redemption


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDispute:
    redemption: str
    kind: DisputeKind
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SaySide:
    dispute: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideDispute:
    dispute: str
    is_upheld: bool
    reason: str


def open_dispute(session: Session, actor: Actor, command: OpenDispute, *, now: datetime) -> DisputeRow:
    """Dispute one's own redemption within the days that policy gives; a repeat is the dispute that stands."""
    use = redemption_by_public_id(session, command.redemption)
    if use is None or not is_resident_of(actor, use.owner_id):
        raise NotFound()
    kept = dispute_of_redemption(session, command.redemption)
    if kept is not None:
        return replace(kept, is_repeat=True)
    if use.reversed_at is not None:
        raise AlreadyUndone()
    days, to_decide = policy.values(session, DISPUTE_DAYS, DECIDE_DAYS, now=now)
    if now > use.redeemed_at + timedelta(days=days):
        raise TooLateToDispute(days=days)
    public_id = new_public_id()
    dispute_id = session.execute(
        insert(Dispute)
        .values(
            public_id=public_id,
            redemption_id=use.id,
            merchant_id=use.merchant_id,
            person_id=use.owner_id,
            kind=command.kind,
            state=DisputeState.OPEN,
            opened_at=now,
            due_on=after_working_days(clock.local_day(now), to_decide),
        )
        .returning(Dispute.id)
    ).scalar_one()
    _say(session, dispute_id, Side.RESIDENT, actor, command.words, now)
    row = _again(session, public_id)
    _tell_shop(session, "disputes.opened", row, actor, now)
    return row


def say_side(session: Session, actor: Actor, command: SaySide, *, now: datetime) -> DisputeRow:
    """Add what one side has to say while the dispute is open."""
    row = _open_row(session, actor, command.dispute)
    if is_resident_of(actor, row.person_id):
        side = Side.RESIDENT
    elif speaks_for_shop(actor, row.merchant_id, row.person_id):
        side = Side.SHOP
    else:
        raise NotYoursToDecide() if is_office_of(actor, row.area_path) else NotFound()
    said = session.scalar(
        select(func.count()).where(DisputeStatement.dispute_id == row.id, DisputeStatement.side == side)
    )
    if (said or 0) >= STATEMENTS_AT_MOST:
        raise TooManyStatements(most=STATEMENTS_AT_MOST)
    _hold_still(session, row)
    _say(session, row.id, side, actor, command.words, now)
    if side is Side.SHOP:
        _tell(session, "disputes.answered", row, actor, now, person_id=row.person_id)
    else:
        _tell_shop(session, "disputes.said_more", row, actor, now)
    return row


def withdraw_dispute(session: Session, actor: Actor, public_id: str, *, now: datetime) -> DisputeRow:
    """Take one's dispute back; a repeat changes nothing."""
    row = dispute_row(session, public_id)
    if row is None or not is_resident_of(actor, row.person_id):
        raise NotFound()
    if row.state is DisputeState.WITHDRAWN:
        return replace(row, is_repeat=True)
    if not row.is_open:
        raise DisputeDecided(state=row.state.value)
    _close(session, row, DisputeState.WITHDRAWN, now)
    done = _again(session, public_id)
    _tell_shop(session, "disputes.withdrawn", done, actor, now)
    return done


def decide_dispute(session: Session, actor: Actor, command: DecideDispute, *, now: datetime) -> DisputeRow:
    """Decide as somebody who is no party. Upheld, the points go back at once, whatever month the redemption stands in."""
    row = dispute_row(session, command.dispute)
    if row is None or not is_office_of(actor, row.area_path):
        raise NotFound()
    if not may_decide(
        actor, merchant_id=row.merchant_id, area_path=row.area_path, person_id=row.person_id, clerk_id=row.clerk_id
    ):
        raise NotYoursToDecide()
    to = DisputeState.UPHELD if command.is_upheld else DisputeState.REJECTED
    if row.state is to and row.decision_reason == command.reason:
        return replace(row, is_repeat=True)
    if not row.is_open:
        raise DisputeDecided(state=row.state.value)
    _close(session, row, to, now, decided_by_id=actor.person_id, decision_reason=command.reason)
    is_paid_back = False
    if command.is_upheld:
        use = _use(session, row)
        if use.reversed_at is None:  # a till may have undone it meanwhile: then the voucher can be used again
            annul_redemption(session, use, by_id=actor.person_id, reason=command.reason, now=now)
            is_paid_back = True
    done = _again(session, command.dispute)
    kind = "disputes.upheld" if command.is_upheld else "disputes.rejected"
    facts: dict[str, Any] = {"reason": command.reason, "is_paid_back": is_paid_back}
    _tell(session, kind, done, actor, now, person_id=done.person_id, **facts)
    _tell_shop(session, f"{kind}_for_shop", done, actor, now, **facts)
    return done


def _open_row(session: Session, actor: Actor, public_id: str) -> DisputeRow:
    row = dispute_row(session, public_id)
    if row is None:
        raise NotFound()
    is_party = is_resident_of(actor, row.person_id) or speaks_for_shop(actor, row.merchant_id, row.person_id)
    if not is_party and not is_office_of(actor, row.area_path):
        raise NotFound()
    if not row.is_open:
        raise DisputeDecided(state=row.state.value)
    return row


def _use(session: Session, row: DisputeRow) -> RedemptionRow:
    use = redemption_by_public_id(session, row.redemption)
    assert use is not None
    return use


def _hold_still(session: Session, row: DisputeRow) -> None:
    """Take the dispute's row: who decides at this moment is waited for, and then the dispute is closed."""
    must_move(
        session,
        update(Dispute).where(Dispute.id == row.id, Dispute.state == DisputeState.OPEN).values(state=DisputeState.OPEN),
    )


def _close(session: Session, row: DisputeRow, to: DisputeState, now: datetime, **also: Any) -> None:
    must_move(
        session,
        update(Dispute)
        .where(Dispute.id == row.id, Dispute.state == DisputeState.OPEN)
        .values(state=to, closed_at=now, **also),
    )


def _say(session: Session, dispute_id: int, side: Side, actor: Actor, words: str, now: datetime) -> None:
    session.execute(
        insert(DisputeStatement),
        [{"dispute_id": dispute_id, "side": side, "said_by_id": actor.person_id, "said_at": now, "words": words}],
    )


def _again(session: Session, public_id: str) -> DisputeRow:
    row = dispute_row(session, public_id)
    assert row is not None
    return row


def _tell_shop(session: Session, kind: str, row: DisputeRow, actor: Actor, now: datetime, **facts: Any) -> None:
    """Tell each manager of the shop; where there is none, once for the trace."""
    managers = [
        each.person_id for each in people_of(session, row.merchant_id, now=now) if each.role is Role.MERCHANT_MANAGER
    ]
    for person_id in dict.fromkeys(managers) or (None,):
        _tell(session, kind, row, actor, now, person_id=person_id, **facts)


def _tell(
    session: Session, kind: str, row: DisputeRow, actor: Actor, now: datetime, *, person_id: int | None, **facts: Any
) -> None:
    events.record(
        session,
        kind,
        at=now,
        subject=f"redemption_dispute:{row.id}",
        area_id=row.area_id,
        person_id=person_id,
        actor_id=actor.person_id,
        dispute=row.public_id,
        title=row.title,
        merchant=row.merchant_name,
        points=row.points,
        redeemed_at=row.redeemed_at.isoformat(timespec="seconds"),
        **facts,
    )
