"""The gate of a round: which branches take part; whoever edits holds it beside others, whoever publishes or closes holds it alone.

The state is read again under the lock, so an edit that raced with the closing either was there before it or is refused.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core.errors import Conflict, NotFound
from pointsapp.core.locks import LockKind, lock, share
from pointsapp.stars.errors import RoundClosed, RoundPublished
from pointsapp.stars.models import Round, RoundBranch, RoundState
from pointsapp.stars.queries.branches import BranchRow
from pointsapp.stars.queries.rounds import RoundRow


def must_take_part(session: Session, found: RoundRow, branch: BranchRow, *, locked: bool = False) -> None:
    """Refuse (NotFound) a branch that takes no part in the round; `locked`: let nobody else add to its part until this is over."""
    if session.get(RoundBranch, (found.id, branch.id), with_for_update=locked or None) is None:
        raise NotFound()


def hold_open(session: Session, found: RoundRow, refusal: type[Conflict] | None = None) -> None:
    """Keep the round open until this transaction ends; raise `refusal` (default RoundPublished or RoundClosed) if it is not."""
    share(session, LockKind.ROUND, found.id)
    state = _state(session, found.id)
    if state is RoundState.OPEN:
        return
    if refusal is not None:
        raise refusal()
    raise RoundPublished() if state is RoundState.PUBLISHED else RoundClosed()


def hold_quarter(session: Session, day: date) -> None:
    """Keep every round of the quarter that `day` lies in from being closed; RoundClosed where one is."""
    rounds = session.scalars(
        select(Round.id).where(Round.starts_on <= day, Round.ends_on >= day).order_by(Round.id)
    ).all()
    for round_id in rounds:
        share(session, LockKind.ROUND, round_id)
    if any(_state(session, round_id) is RoundState.CLOSED for round_id in rounds):
        raise RoundClosed()


def hold_published(session: Session, found: RoundRow, *, alone: bool) -> RoundState:
    """Hold the round, alone or beside others, and return the state it is in until this transaction ends."""
    (lock if alone else share)(session, LockKind.ROUND, found.id)
    return _state(session, found.id)


def _state(session: Session, round_id: int) -> RoundState:
    return session.execute(select(Round.state).where(Round.id == round_id)).scalar_one()
