"""Publishing a round 公示 and closing it 定格: both by the street office, under the round's lock, neither by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import clock, events
from pointsapp.core.actor import Actor, require
from pointsapp.core.states import move
from pointsapp.stars.errors import (
    NotCutOff,
    ObjectionsOpen,
    RoundNotPublished,
    StillPublished,
    UnfinishedNeedsReason,
)
from pointsapp.stars.models import Round, RoundPublication, RoundState
from pointsapp.stars.policies import PUBLICATION_DAYS, may_run_round
from pointsapp.stars.queries.closing import closing_of
from pointsapp.stars.queries.days import days_after
from pointsapp.stars.queries.editions import edition_of
from pointsapp.stars.queries.objections import open_objections
from pointsapp.stars.queries.rounds import RoundRow, find_round, round_paths
from pointsapp.stars.queries.standings import last_assessed_at
from pointsapp.stars.services.editions import freeze_standings
from pointsapp.stars.services.gates import hold_published


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish:
    """`reason` says why what is unfinished is not waited for; empty where nothing is."""

    round_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundReceipt:
    """A round as it stands now; `edition` and `digest` once it is closed."""

    public_id: str
    state: RoundState
    edition: int | None = None
    digest: str | None = None
    is_repeat: bool = False


def publish_round(session: Session, actor: Actor, command: Publish, *, now: datetime) -> RoundReceipt:
    """Hang the provisional standings out: after the cut-off, and with a reason where something is unfinished.

    From now on evidence counts as it was on record at this moment; scores change only by an objection that is upheld.
    """
    found = _led(session, actor, command.round_id)
    state = hold_published(session, found, alone=True)
    if state is not RoundState.OPEN:
        return RoundReceipt(public_id=found.public_id, state=state, is_repeat=True)
    if not found.is_past_cut_off(now):
        raise NotCutOff(until=_last_day(found.cut_off_at))
    closing = closing_of(session, found, now=now)
    if closing.unfinished and not command.reason:
        raise UnfinishedNeedsReason(count=closing.unfinished)
    until = days_after(session, clock.local_day(now), PUBLICATION_DAYS, now=now)
    row = session.get_one(Round, found.id, populate_existing=True)
    move(session, row, RoundState.PUBLISHED, published_at=now, objections_until=until)
    session.add(
        RoundPublication(round_id=found.id, at=now, by_id=actor.person_id, reason=command.reason, listed=closing.listed)
    )
    session.flush()
    _tell(session, actor, "stars.round_published", found, now)
    return RoundReceipt(public_id=found.public_id, state=RoundState.PUBLISHED)


def freeze_round(session: Session, actor: Actor, round_id: str, *, now: datetime) -> RoundReceipt:
    """Close a published round and store its standings; not before the period has ended and every objection is answered."""
    found = _led(session, actor, round_id)
    state = hold_published(session, found, alone=True)
    if state is RoundState.CLOSED:
        stored = edition_of(session, find_round(session, round_id))
        number, digest = (stored.number, stored.digest) if stored else (None, None)
        return RoundReceipt(public_id=found.public_id, state=state, edition=number, digest=digest, is_repeat=True)
    if state is not RoundState.PUBLISHED:
        raise RoundNotPublished()
    row = session.execute(
        select(Round).where(Round.id == found.id).execution_options(populate_existing=True)
    ).scalar_one()
    until = row.objections_until
    assert until is not None
    if now < until:
        raise StillPublished(until=_last_day(until))
    waiting = open_objections(session, found.id)
    if waiting:
        raise ObjectionsOpen(count=waiting)
    # Who answered while this act waited for the round has a later clock than it: their score is in, so the closing is not before it.
    now = max(now, last_assessed_at(session, found) or now)
    move(session, row, RoundState.CLOSED, closed_at=now)
    edition = freeze_standings(session, find_round(session, round_id), now=now)
    _tell(session, actor, "stars.round_closed", found, now)
    return RoundReceipt(
        public_id=found.public_id, state=RoundState.CLOSED, edition=edition.number, digest=edition.digest
    )


def _last_day(end: datetime) -> str:
    return clock.local_day(end - timedelta(microseconds=1)).isoformat()


def _led(session: Session, actor: Actor, round_id: str) -> RoundRow:
    found = find_round(session, round_id)
    require(may_run_round(actor, round_paths(session, found.id)))
    return found


def _tell(session: Session, actor: Actor, kind: str, found: RoundRow, now: datetime) -> None:
    events.record(session, kind, at=now, subject=f"round:{found.id}", actor_id=actor.person_id)
