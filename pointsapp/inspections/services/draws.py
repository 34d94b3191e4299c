"""Announcing a draw, drawing it when the public value is known, or cancelling it in public."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below, require_area
from pointsapp.core import events, policy
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import NotFound
from pointsapp.core.locks import LockKind, lock
from pointsapp.inspections.errors import (
    BranchNotInRound,
    DrawIsOver,
    DrawListChanged,
    DrawStillOpen,
    InspectorNotFree,
    ListTooShort,
    ValueKnownAlready,
    ValueNotYetKnown,
)
from pointsapp.inspections.models import DrawOutcome, DrawSeed, Inspection, InspectionDraw, OutcomeKind
from pointsapp.inspections.policies import VALUE_LEAD_MINUTES, VALUE_WAIT_DAYS, may_run_draws
from pointsapp.inspections.queries.draws import announcement, free_inspectors, holders
from pointsapp.inspections.rules.draw import Announcement, Drawn, commitment_text, digest, draw
from pointsapp.stars.models import Branch, RoundBranch
from pointsapp.stars.queries import find_round
from pointsapp.stars.services.gates import hold_open


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceDraw:
    """`branches` are public ids, none of them: every branch of the round in `area`. `inspectors` are public ids of grants.

    `seed` is 32 fresh random bytes in hexadecimal, made at the door: services know no dice.
    """

    round_id: str
    area: str
    title: str
    branches: tuple[str, ...]
    inspectors: tuple[str, ...]
    take: int
    per_branch: int
    value_name: str
    value_source: str
    value_at: datetime
    seed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawReceipt:
    public_id: str
    number: int
    is_repeat: bool = False


def announce_draw(session: Session, actor: Actor, command: AnnounceDraw, *, now: datetime) -> DrawReceipt:
    """Publish the lists and the commitment. Nothing of it can be changed afterwards, and the draw keeps its number for ever."""
    found, area = find_round(session, command.round_id), require_area(session, command.area)
    require(may_run_draws(actor, area.path))
    lock(session, LockKind.ROUND, found.id)
    hold_open(session, found)
    _must_come(session, command.value_at, now)
    branches = _listed_branches(session, found.id, area.path, command.branches)
    pool = _pool(session, area.path, command.inspectors, [key for key, _code, _name in branches], now)
    if command.take > len(branches) or command.per_branch > len(pool):
        raise ListTooShort(listed=len(branches) if command.take > len(branches) else len(pool))
    number = _next_number(session, found.id, area.path)
    announced = Announcement(
        round_id=found.public_id,
        number=number,
        title=command.title,
        branches=tuple((code, name) for _key, code, name in branches),
        inspectors=pool,
        take=command.take,
        per_branch=command.per_branch,
        value_name=command.value_name,
        value_source=command.value_source,
        value_at=command.value_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
    row = InspectionDraw(
        round_id=found.id,
        number=number,
        area_id=area.id,
        title=command.title,
        branches=[{"code": code, "name": name} for code, name in announced.branches],
        inspectors=[{"id": key, "label": label} for key, label in announced.inspectors],
        branch_count=len(branches),
        take=command.take,
        per_branch=command.per_branch,
        branches_hash=announced.branches_hash,
        inspectors_hash=announced.inspectors_hash,
        commitment=digest(commitment_text(announced, command.seed)),
        value_name=command.value_name,
        value_source=command.value_source,
        value_at=command.value_at,
        by_id=actor.person_id,
        committed_at=now,
    )
    session.add(row)
    session.flush()
    session.add(DrawSeed(draw_id=row.id, seed=command.seed))
    _tell(session, actor, "inspections.draw_announced", row, now, commitment=row.commitment)
    return DrawReceipt(public_id=row.public_id, number=number)


def reveal_draw(
    session: Session, actor: Actor, draw_id: str, value: str, value_found: str, *, now: datetime
) -> DrawReceipt:
    """Draw by the public value and say the seed: once. The same value again changes nothing, another one is refused."""
    row, path = _draw(session, draw_id)
    require(may_run_draws(actor, path))
    over = session.get(DrawOutcome, row.id, populate_existing=True)
    if over is not None:
        if over.kind is OutcomeKind.REVEALED and over.value == value:
            return DrawReceipt(public_id=row.public_id, number=row.number, is_repeat=True)
        raise DrawIsOver()
    if now < row.value_at:
        raise ValueNotYetKnown(value_at=row.value_at.isoformat())
    seed, announced = (
        session.scalars(select(DrawSeed.seed).where(DrawSeed.draw_id == row.id)).one(),
        announcement(session, row),
    )
    if not _is_as_published(row, announced, seed):
        raise DrawListChanged()
    drawn = draw(announced, seed, value)
    session.add(
        DrawOutcome(
            draw_id=row.id,
            kind=OutcomeKind.REVEALED,
            seed=seed,
            value=value,
            value_found=value_found,
            result=[{"code": one.code, "inspectors": list(one.inspectors)} for one in drawn],
            by_id=actor.person_id,
            at=now,
        )
    )
    session.flush()  # the second of two at once fails here by the key, looks again and finds it over
    _plan_visits(session, row, drawn, now)
    _tell(session, actor, "inspections.draw_revealed", row, now, value=value)
    return DrawReceipt(public_id=row.public_id, number=row.number)


def cancel_draw(session: Session, actor: Actor, draw_id: str, reason: str, *, now: datetime) -> DrawReceipt:
    """Give a draw up before anything was drawn. It stays in public with its number and the reason; its seed is never said."""
    row, path = _draw(session, draw_id)
    require(may_run_draws(actor, path))
    over = session.get(DrawOutcome, row.id, populate_existing=True)
    if over is not None:
        if over.kind is OutcomeKind.CANCELLED and over.reason == reason:
            return DrawReceipt(public_id=row.public_id, number=row.number, is_repeat=True)
        raise DrawIsOver()
    session.add(DrawOutcome(draw_id=row.id, kind=OutcomeKind.CANCELLED, reason=reason, by_id=actor.person_id, at=now))
    session.flush()
    _tell(session, actor, "inspections.draw_cancelled", row, now)
    return DrawReceipt(public_id=row.public_id, number=row.number)


def _must_come(session: Session, value_at: datetime, now: datetime) -> None:
    lead, wait = policy.values(session, VALUE_LEAD_MINUTES, VALUE_WAIT_DAYS, now=now)
    earliest, latest = now + timedelta(minutes=lead), now + timedelta(days=wait)
    if value_at <= now or not earliest <= value_at <= latest:
        raise ValueKnownAlready(earliest_at=earliest.isoformat(), latest_at=latest.isoformat())


def _listed_branches(session: Session, round_id: int, path: str, chosen: tuple[str, ...]) -> list[tuple[int, str, str]]:
    """Return (key, code, name) of the branches on the list, by code; BranchNotInRound for one that does not belong."""
    rows = session.execute(
        select(Branch.id, Branch.public_id, Branch.code, Branch.name)
        .join(RoundBranch, RoundBranch.branch_id == Branch.id)
        .join(Area, Area.id == Branch.area_id)
        .where(RoundBranch.round_id == round_id, below(Area.path, path))
    ).all()
    wanted = set(chosen) or {row.public_id for row in rows}
    listed = [(row.id, row.code, " ".join(row.name.split())) for row in rows if row.public_id in wanted]
    if len(listed) != len(wanted):
        raise BranchNotInRound()
    return sorted(listed, key=lambda row: row[1].encode())


def _pool(
    session: Session, path: str, chosen: tuple[str, ...], branch_ids: list[int], now: datetime
) -> tuple[tuple[str, str], ...]:
    """Return (id, label) of the inspectors on the list. The label is a number: no person's name is published."""
    free = {one.grant_id for one in free_inspectors(session, path, branch_ids, now=now) if one.is_free}
    if set(chosen) - free:
        raise InspectorNotFree()
    ids = sorted(set(chosen), key=str.encode)
    return tuple((key, f"{n:02d}") for n, key in enumerate(ids, start=1))


def _next_number(session: Session, round_id: int, path: str) -> int:
    """Return the next number of the round. Only one draw of an area is open at a time: two lots cast for one choice are none."""
    still_open = session.scalar(
        select(InspectionDraw.number)
        .join(Area, Area.id == InspectionDraw.area_id)
        .outerjoin(DrawOutcome, DrawOutcome.draw_id == InspectionDraw.id)
        .where(InspectionDraw.round_id == round_id, Area.path == path, DrawOutcome.draw_id.is_(None))
        .limit(1)
    )
    if still_open is not None:
        raise DrawStillOpen(number=still_open)
    last = session.scalar(select(func.max(InspectionDraw.number)).where(InspectionDraw.round_id == round_id))
    return (last or 0) + 1


def _draw(session: Session, draw_id: str) -> tuple[InspectionDraw, str]:
    found = session.execute(
        select(InspectionDraw, Area.path)
        .join(Area, Area.id == InspectionDraw.area_id)
        .where(InspectionDraw.public_id == draw_id)
    ).one_or_none()
    if found is None:
        raise NotFound()
    row, path = found
    return row, path


def _is_as_published(row: InspectionDraw, announced: Announcement, seed: str) -> bool:
    """Tell whether what is stored still is what was announced: whoever commands the database can take a trigger away."""
    try:
        hashes = (announced.branches_hash, announced.inspectors_hash)
        bound = digest(commitment_text(announced, seed))
    except ValueError:  # lists that nobody can have announced
        return False
    return hashes == (row.branches_hash, row.inspectors_hash) and hmac.compare_digest(bound, row.commitment)


def _plan_visits(session: Session, row: InspectionDraw, drawn: tuple[Drawn, ...], now: datetime) -> None:
    """Give every drawn inspector their visit. Whose grant was ended since cannot act on it; the office sends somebody else."""
    codes = {one.code for one in drawn}
    rows = session.execute(select(Branch.code, Branch.id).where(Branch.code.in_(codes)))
    ids = {row.code: row.id for row in rows}
    people = holders(session, {key for one in drawn for key in one.inspectors})
    session.add_all(
        Inspection(
            draw_id=row.id, round_id=row.round_id, branch_id=ids[one.code], inspector_id=people[key], created_at=now
        )
        for one in drawn
        for key in one.inspectors
    )
    session.flush()


def _tell(session: Session, actor: Actor, kind: str, row: InspectionDraw, now: datetime, **facts: Any) -> None:
    events.record(
        session,
        kind,
        at=now,
        subject=f"inspection_draw:{row.id}",
        area_id=row.area_id,
        actor_id=actor.person_id,
        number=row.number,
        **facts,
    )
