"""Rounds: a new quarter opens by itself under the version in force, a finished one closes; what a branch aims for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import insert, literal, select
from sqlalchemy.orm import Session

from pointsapp.core import clock, events, policy
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import Invalid
from pointsapp.core.states import move
from pointsapp.stars.errors import RoundClosed
from pointsapp.stars.messages import UNKNOWN_STAR
from pointsapp.stars.models import Branch, BranchKind, Round, RoundBranch, RoundState, SchemeVersion, StandingSnapshot
from pointsapp.stars.policies import CLOSES_AFTER_DAYS, may_set_aims
from pointsapp.stars.queries.drafts import versions_in_force
from pointsapp.stars.queries.rounds import find_branch, find_round, open_rounds
from pointsapp.stars.queries.standings import standings
from pointsapp.stars.services.plans import keep_change


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAims:
    round_id: str
    branch_id: str
    stars: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AimsSet:
    round_id: str
    branch_id: str
    stars: tuple[str, ...]
    is_repeat: bool


def open_round(session: Session, scheme: SchemeVersion, day: date, *, now: datetime) -> Round:
    """Open the round of the quarter that `day` lies in, for all branches of kind `branch`."""
    starts_on, ends_on = clock.quarter_of(day)
    opened = Round(
        scheme_code=scheme.code,
        scheme_version_id=scheme.id,
        starts_on=starts_on,
        ends_on=ends_on,
        opened_at=now,
    )
    session.add(opened)
    session.flush()
    enrol_branches(session, day)
    events.record(session, "stars.round_opened", at=now, subject=f"round:{opened.id}")
    return opened


def enrol_branches(session: Session, day: date) -> None:
    """Let every branch of kind `branch` take part in the rounds that run on `day`."""
    missing = (
        select(Round.id, Branch.id)
        .join(Branch, literal(True))
        .outerjoin(RoundBranch, (RoundBranch.round_id == Round.id) & (RoundBranch.branch_id == Branch.id))
        .where(
            Round.state == RoundState.OPEN,
            Round.ends_on >= day,
            Branch.kind == BranchKind.BRANCH,
            RoundBranch.branch_id.is_(None),
        )
    )
    pairs = [{"round_id": round_id, "branch_id": branch_id} for round_id, branch_id in session.execute(missing)]
    if pairs:
        session.execute(insert(RoundBranch), pairs)


def turn_rounds(session: Session, *, now: datetime) -> int:
    """Open the new quarter's round under the version then in force, and close what ended long enough ago; a job."""
    today = clock.local_day(now)
    starts_on, _ = clock.quarter_of(today)
    begun = set(session.scalars(select(Round.scheme_code).where(Round.starts_on == starts_on)))
    due = versions_in_force(session.scalars(select(SchemeVersion)).all(), starts_on)
    opened = [open_round(session, stored, today, now=now) for code, stored in sorted(due.items()) if code not in begun]
    days = policy.value(session, CLOSES_AFTER_DAYS, now=now)
    ended = session.scalars(
        select(Round).where(Round.state == RoundState.OPEN, Round.ends_on < today - timedelta(days=days))
    ).all()
    for each in ended:
        move(session, each, RoundState.CLOSED, closed_at=now)
        events.record(session, "stars.round_closed", at=now, subject=f"round:{each.id}")
    return len(opened) + len(ended)


def take_snapshot(session: Session, *, now: datetime) -> int:
    """Keep today's standings of every open round, once a day; a job. Movement on the boards is told against them."""
    today = clock.local_day(now)
    taken = set(session.scalars(select(StandingSnapshot.round_id).where(StandingSnapshot.taken_on == today).distinct()))
    rows = [
        {
            "round_id": found.id,
            "branch_id": row.branch.id,
            "taken_on": today,
            "rank": row.rank,
            "total_hundredths": row.score.total,
            "lit_stars": row.score.lit_stars,
        }
        for found in open_rounds(session)
        if found.id not in taken
        for row in standings(session, found, now=now)
    ]
    if rows:
        session.execute(insert(StandingSnapshot), rows)
    return len(rows)


def set_aims(session: Session, actor: Actor, command: SetAims, *, now: datetime) -> AimsSet:
    """Say which stars a branch aims for in a round; a star it does not aim for is shown as such, never as a failure."""
    found = find_round(session, command.round_id)
    branch = find_branch(session, command.branch_id)
    require(may_set_aims(actor, branch.area_path))
    if found.state is not RoundState.OPEN:
        raise RoundClosed()
    known = [star.key for star in found.scheme.stars]
    if not set(command.stars) <= set(known):
        raise Invalid({"stars": [str(UNKNOWN_STAR)]})
    place = session.get_one(RoundBranch, (found.id, branch.id))
    aims = [key for key in known if key in command.stars]
    is_repeat = aims == (place.aims if place.aims is not None else known)
    if not is_repeat:
        was = ",".join(known if place.aims is None else place.aims)
        place.aims = aims
        session.flush()
        keep_change(session, actor, found.id, branch.id, "aims", was, ",".join(aims), now=now)
        events.record(
            session,
            "stars.aims_set",
            at=now,
            subject=f"branch:{branch.id}",
            area_id=branch.area_id,
            actor_id=actor.person_id,
            stars=",".join(aims),
        )
    return AimsSet(round_id=found.public_id, branch_id=branch.public_id, stars=tuple(aims), is_repeat=is_repeat)
