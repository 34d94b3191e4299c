"""Rounds: a new quarter opens by itself under the version in force; what a branch aims for. A finished one waits to be published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from pointsapp.core import clock, events
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import Invalid
from pointsapp.stars.messages import UNKNOWN_STAR
from pointsapp.stars.models import Round, RoundBranch, RoundState, SchemeVersion, StandingSnapshot
from pointsapp.stars.policies import CUT_OFF_DAYS, may_set_aims
from pointsapp.stars.queries.branches import find_branch
from pointsapp.stars.queries.days import days_after
from pointsapp.stars.queries.drafts import versions_in_force
from pointsapp.stars.queries.reach import taking_part
from pointsapp.stars.queries.rounds import find_round, open_rounds
from pointsapp.stars.queries.standings import standings
from pointsapp.stars.services.editions import keep_old_rounds
from pointsapp.stars.services.gates import hold_open
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
    """Open the round of the quarter that `day` lies in, for the branches that the scheme is for."""
    starts_on, ends_on = clock.quarter_of(day)
    opened = Round(
        scheme_code=scheme.code,
        scheme_version_id=scheme.id,
        starts_on=starts_on,
        ends_on=ends_on,
        cut_off_at=days_after(session, ends_on, CUT_OFF_DAYS, now=now),
        opened_at=now,
    )
    session.add(opened)
    session.flush()
    enrol_branches(session, day)
    events.record(session, "stars.round_opened", at=now, subject=f"round:{opened.id}")
    return opened


def enrol_branches(session: Session, day: date) -> None:
    """Let every branch of kind `branch` take part in the rounds that run on `day` and whose scheme is for it.

    A branch takes part in one round of a quarter: where it came to another scheme meanwhile (its area did), it stays until the end,
    and where two schemes name it, it is the one's that came first.
    """
    versions = session.scalars(select(SchemeVersion)).all()
    by_id, in_force = {one.id: one for one in versions}, versions_in_force(versions, day).values()
    running = session.execute(
        select(Round.id, Round.scheme_version_id, Round.starts_on)
        .where(Round.state == RoundState.OPEN, Round.ends_on >= day)
        .order_by(Round.id)
    ).all()
    for row in running:
        there = set(
            session.scalars(
                select(RoundBranch.branch_id)
                .join(Round, Round.id == RoundBranch.round_id)
                .where(Round.starts_on == row.starts_on)
            )
        )
        missing = taking_part(session, by_id[row.scheme_version_id], in_force) - there
        if missing:
            pairs = [{"round_id": row.id, "branch_id": branch_id} for branch_id in sorted(missing)]
            session.execute(insert(RoundBranch), pairs)


def turn_rounds(session: Session, *, now: datetime) -> int:
    """Open the new quarter's round under the version then in force, and keep the cut-offs to come; a job.

    Nothing is published or closed by itself: a street that never does leaves its round open, as of its cut-off.
    """
    today = clock.local_day(now)
    starts_on, _ = clock.quarter_of(today)
    begun = set(session.scalars(select(Round.scheme_code).where(Round.starts_on == starts_on)))
    due = versions_in_force(session.scalars(select(SchemeVersion).order_by(SchemeVersion.id)), starts_on)
    # In the order in which the schemes came: the first one is what a board shows where nobody chooses.
    opened = [open_round(session, stored, today, now=now) for code, stored in due.items() if code not in begun]
    return len(opened) + _move_cut_offs(session, now) + keep_old_rounds(session, now=now)


def _move_cut_offs(session: Session, now: datetime) -> int:
    """Bring cut-offs that lie ahead to what policy and calendar say now: holidays are announced late. One that passed stays."""
    moved = 0
    for each in session.scalars(select(Round).where(Round.state == RoundState.OPEN, Round.cut_off_at > now)).all():
        ends_at = days_after(session, each.ends_on, CUT_OFF_DAYS, now=now)
        if ends_at != each.cut_off_at and ends_at > now:
            each.cut_off_at = ends_at
            moved += 1
    session.flush()
    return moved


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
    hold_open(session, found)
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
