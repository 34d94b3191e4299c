"""Decide about a deed: once, by somebody who has nothing to do with it; and a second look by somebody else after an appeal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import clock, events
from pointsapp.core.actor import Actor, require
from pointsapp.core.locks import LockKind, lock
from pointsapp.core.states import move
from pointsapp.deeds import memos
from pointsapp.deeds.errors import DeedPointsTooMany, DeedReviewed, DeedTakenBack, OwnDeed, OwnReview
from pointsapp.deeds.models import Decision, Deed, DeedPot, DeedReview, DeedState
from pointsapp.deeds.policies import is_barred, may_see_deeds
from pointsapp.deeds.queries import DeedRow, close_to, deed_for, limits_now, reviews_of
from pointsapp.deeds.rules import BEHAVIOUR, Limits, score_deed
from pointsapp.deeds.services.pots import draw_on_pot
from pointsapp.ledger import accounts
from pointsapp.ledger.services import EntryDraft, PostingDraft, RuleTrace, post, take_back
from pointsapp.rewards.queries import current_rule_version, earned_so_far
from pointsapp.rewards.rules import RuleVersionRow, Score, SoFar, end_of_life


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    """`points`: what the reviewer gives, 0 for thanks alone; None for as many as one deed may have."""

    deed_id: str
    points: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """A no, with the reason that the person reads."""

    deed_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewReceipt:
    """`points`: what the deed is given now, all caps looked at."""

    public_id: str
    state: DeedState
    points: int
    is_repeat: bool = False


def approve_deed(session: Session, actor: Actor, command: Approve, *, now: datetime) -> ReviewReceipt:
    """Approve a deed with a few points; a refused one only by somebody other than who refused it."""
    seen = _theirs(session, actor, command.deed_id)
    if seen.state is DeedState.APPROVED:
        return _receipt(seen, is_repeat=True)
    limits = limits_now(session, now=now)
    given = limits.each if command.points is None else command.points
    if given > limits.each:
        raise DeedPointsTooMany(most=limits.each)
    turn = _turn(session, actor, seen, DeedState.REJECTED)
    scored, version, so_far = _score(session, seen, given, limits, now)
    _decide(session, actor, seen, turn, Decision.APPROVED, DeedState.APPROVED, points=scored.points, now=now)
    if scored.points:
        _thank(session, actor, seen, turn, scored, version, so_far, limits, now)
    _tell(session, "deeds.approved", actor, seen, now, points=scored.points, **_done_when(seen))
    return ReviewReceipt(public_id=seen.public_id, state=DeedState.APPROVED, points=scored.points)


def reject_deed(session: Session, actor: Actor, command: Refuse, *, now: datetime) -> ReviewReceipt:
    """Refuse a deed that nobody has looked at yet."""
    seen = _theirs(session, actor, command.deed_id)
    if seen.state is DeedState.REJECTED:
        return _receipt(seen, is_repeat=True)
    _decide(session, actor, seen, 1, Decision.REJECTED, DeedState.REJECTED, reason=command.reason, now=now)
    _tell(session, "deeds.rejected", actor, seen, now, reason=command.reason)
    return ReviewReceipt(public_id=seen.public_id, state=DeedState.REJECTED, points=0)


def revoke_deed(session: Session, actor: Actor, command: Refuse, *, now: datetime) -> ReviewReceipt:
    """Take an approval back, by somebody other than who approved: the points go back to the budget, what is spent is claimed."""
    seen = _theirs(session, actor, command.deed_id)
    if seen.state is DeedState.REVOKED:
        return _receipt(seen, is_repeat=True)
    turn = _turn(session, actor, seen, DeedState.APPROVED)
    if turn != 2:
        raise DeedReviewed()
    _decide(session, actor, seen, turn, Decision.REVOKED, DeedState.REVOKED, reason=command.reason, now=now)
    if seen.points:
        take_back(
            session,
            person_id=seen.person_id,
            amount=seen.points,
            to_account=_budget_of(session, seen),
            reference=f"deed:{seen.id}:revoked",
            memo=memos.REVOKED,
            facts={"deed": seen.public_id},
            now=now,
            behaviour=BEHAVIOUR,
        )
    _tell(session, "deeds.revoked", actor, seen, now, points=seen.points, reason=command.reason, **_done_when(seen))
    return ReviewReceipt(public_id=seen.public_id, state=DeedState.REVOKED, points=0)


def _theirs(session: Session, actor: Actor, public_id: str) -> DeedRow:
    """Return the deed if `actor` may decide about it."""
    seen = deed_for(session, actor, public_id)
    require(may_see_deeds(actor, seen.area_path))
    require(not is_barred(actor, seen.person_id, close_to(session, seen.person_id)), OwnDeed())
    return seen


def _turn(session: Session, actor: Actor, seen: DeedRow, again_from: DeedState) -> int:
    """Return which decision this would be: the review, or the second look at a deed in the state `again_from`."""
    before = reviews_of(session, seen.id)
    if not before and seen.state is DeedState.WAITING:
        return 1
    if seen.state is DeedState.WITHDRAWN:
        raise DeedTakenBack()
    if seen.state is not again_from or len(before) != 1:
        raise DeedReviewed()
    require(before[0].by_id != actor.person_id, OwnReview())
    return 2


def _decide(
    session: Session,
    actor: Actor,
    seen: DeedRow,
    turn: int,
    decision: Decision,
    to: DeedState,
    *,
    now: datetime,
    points: int = 0,
    reason: str = "",
) -> None:
    row = session.get_one(Deed, seen.id, populate_existing=True)
    if to not in Deed.transitions[row.state]:
        raise DeedTakenBack() if row.state is DeedState.WITHDRAWN else DeedReviewed()
    move(session, row, to, points=points)
    session.add(
        DeedReview(
            deed_id=seen.id, turn=turn, decision=decision, points=points, reason=reason, by_id=actor.person_id, at=now
        )
    )
    session.flush()


def _score(
    session: Session, seen: DeedRow, given: int, limits: Limits, now: datetime
) -> tuple[Score, RuleVersionRow, SoFar]:
    # A cap is a sum over rows, which no row guards: whoever credits this person waits here, then reads the true sum.
    lock(session, LockKind.PERSON_TIME, seen.person_id)
    version, so_far = (
        current_rule_version(session, BEHAVIOUR, now),
        earned_so_far(session, seen.person_id, BEHAVIOUR, now),
    )
    return score_deed(given, limits, version, so_far), version, so_far


def _thank(
    session: Session,
    actor: Actor,
    seen: DeedRow,
    turn: int,
    scored: Score,
    version: RuleVersionRow,
    so_far: SoFar,
    limits: Limits,
    now: datetime,
) -> None:
    pot = draw_on_pot(session, area_id=seen.area_id, area_path=seen.area_path, points=scored.points, now=now)
    inputs = {
        "category": BEHAVIOUR,
        "each": limits.each,
        "a_month": limits.a_month,
        "so_far": dict(so_far.category),
        "so_far_person": dict(so_far.person),
        "general_version": version.general_number,
        "budget": pot.budget_account,
        "confirmed_by_id": actor.person_id,
    }
    draft = EntryDraft(
        reference=f"deed:{seen.id}:{turn}",
        kind="credit",
        postings=(
            PostingDraft(
                accounts.pot_reserved(pot.area_id, pot.month), accounts.person_available(seen.person_id), scored.points
            ),
        ),
        memo=memos.THANKED,
        facts={"deed": seen.public_id},  # its words stay with the deed: entries hold no personal text
        person_id=seen.person_id,
        rule=RuleTrace(rule=version.rule, version=version.number, inputs=inputs, steps=scored.steps),
        lot_expires_at=end_of_life(now, version.expires_after_months),
        behaviour=BEHAVIOUR,
    )
    post(session, draft, now=now)


def _budget_of(session: Session, seen: DeedRow) -> str:
    """Return the budget that a deed's points came from: of its community's pot in the month of its first approval."""
    month = f"{clock.local_day(reviews_of(session, seen.id)[0].at):%Y-%m}"
    return session.execute(
        select(DeedPot.budget_account).where(DeedPot.area_id == seen.area_id, DeedPot.month == month)
    ).scalar_one()


def _receipt(seen: DeedRow, *, is_repeat: bool) -> ReviewReceipt:
    return ReviewReceipt(public_id=seen.public_id, state=seen.state, points=seen.points, is_repeat=is_repeat)


def _done_when(seen: DeedRow) -> dict[str, str]:
    """It is work of the day on which it was handed in, and was in time by then, whenever somebody comes to look at it."""
    moment = seen.handed_in_at.isoformat()
    return {"occurred_at": moment, "received_at": moment}


def _tell(session: Session, kind: str, actor: Actor, seen: DeedRow, now: datetime, **facts: object) -> None:
    events.record(
        session,
        kind,
        at=now,
        subject=f"deed:{seen.id}",
        area_id=seen.area_id,
        person_id=seen.person_id,
        actor_id=actor.person_id,
        deed=seen.public_id,
        **facts,
    )
