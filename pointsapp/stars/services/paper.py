"""Work recorded on paper: typed in by one person, confirmed by another, then counted like any other and marked as such."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import require_area
from pointsapp.core import clock, events
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import Conflict, Invalid, NotFound
from pointsapp.core.states import move
from pointsapp.stars.errors import OwnPaper
from pointsapp.stars.messages import BETWEEN_NAMES, PAPER_LATER, PAPER_NOBODY, PAPER_TWICE
from pointsapp.stars.models import PaperLine, PaperSheet, PaperState
from pointsapp.stars.policies import may_confirm_paper, may_record_paper
from pointsapp.stars.queries.remit import people_named
from pointsapp.stars.queries.rows import PAPER_CONFIRMED
from pointsapp.stars.services.gates import hold_quarter

NOON = time(12)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPaper:
    """`lines` are (phone or volunteer number, minutes)."""

    area: str
    title: str
    done_on: date
    source: str
    lines: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperReceipt:
    public_id: str
    state: PaperState
    is_repeat: bool = False


def record_paper(session: Session, actor: Actor, command: RecordPaper, *, now: datetime) -> PaperReceipt:
    """Type in a sheet. It counts nothing until somebody else has confirmed it."""
    area = require_area(session, command.area)
    require(may_record_paper(actor, area.path))
    if command.done_on > clock.local_day(now):
        raise Invalid({"done_on": [str(PAPER_LATER)]})
    hold_quarter(session, command.done_on)
    people = _people(session, [who for who, _minutes in command.lines])
    sheet = PaperSheet(
        area_id=area.id,
        title=command.title,
        done_on=command.done_on,
        source=command.source,
        by_id=actor.person_id,
        at=now,
    )
    session.add(sheet)
    session.flush()
    session.add_all(
        PaperLine(sheet_id=sheet.id, person_id=people[who], minutes=minutes) for who, minutes in command.lines
    )
    session.flush()
    _tell(session, actor, "stars.paper_recorded", sheet, now)
    return PaperReceipt(public_id=sheet.public_id, state=sheet.state)


def confirm_paper(session: Session, actor: Actor, sheet_id: str, *, now: datetime) -> PaperReceipt:
    """Let a sheet count: each line becomes an event that leaves evidence on the day the work was done."""
    sheet, lines = _pending(session, actor, sheet_id)
    hold_quarter(session, sheet.done_on)
    move(session, sheet, PaperState.CONFIRMED, decided_by_id=actor.person_id, decided_at=now)
    done_at = clock.at_local(sheet.done_on, NOON)
    for line in lines:
        events.record(
            session,
            PAPER_CONFIRMED,
            at=now,
            subject=f"paper_line:{line.id}",
            area_id=sheet.area_id,
            person_id=line.person_id,
            actor_id=actor.person_id,
            minutes=line.minutes,
            occurred_at=done_at.isoformat(),
            received_at=sheet.at.isoformat(),  # typed in before the cut-off is in time, whenever the second person looks
        )
    return PaperReceipt(public_id=sheet.public_id, state=sheet.state)


def decline_paper(session: Session, actor: Actor, sheet_id: str, reason: str, *, now: datetime) -> PaperReceipt:
    """Say that a sheet does not count, and why; it stays to be read."""
    sheet, _lines = _pending(session, actor, sheet_id)
    move(session, sheet, PaperState.REJECTED, decided_by_id=actor.person_id, decided_at=now, reason=reason)
    _tell(session, actor, "stars.paper_declined", sheet, now)
    return PaperReceipt(public_id=sheet.public_id, state=sheet.state)


def _pending(session: Session, actor: Actor, sheet_id: str) -> tuple[PaperSheet, Sequence[PaperLine]]:
    """Return a sheet that this actor may decide, and its lines; Conflict where it is decided already."""
    found = session.execute(
        select(PaperSheet, Area.path).join(Area, Area.id == PaperSheet.area_id).where(PaperSheet.public_id == sheet_id)
    ).one_or_none()
    if found is None:
        raise NotFound()
    sheet, path = found
    require(may_confirm_paper(actor, path))
    lines = session.scalars(select(PaperLine).where(PaperLine.sheet_id == sheet.id).order_by(PaperLine.id)).all()
    require(actor.person_id not in {sheet.by_id, *(line.person_id for line in lines)}, OwnPaper())
    if sheet.state is not PaperState.PENDING:
        raise Conflict()
    return sheet, lines


def _people(session: Session, named: Sequence[str]) -> dict[str, int]:
    """Return whom each phone or volunteer number names; Invalid where one names nobody, or two the same person."""
    found = people_named(session, named)
    missing = [who for who in named if who not in found]
    if missing:
        raise Invalid({"lines": [str(PAPER_NOBODY) % {"who": str(BETWEEN_NAMES).join(missing)}]})
    seen: set[int] = set()
    for who in named:
        if found[who] in seen:
            raise Invalid({"lines": [str(PAPER_TWICE) % {"who": who}]})
        seen.add(found[who])
    return found


def _tell(session: Session, actor: Actor, kind: str, sheet: PaperSheet, now: datetime) -> None:
    events.record(
        session, kind, at=now, subject=f"paper_sheet:{sheet.id}", area_id=sheet.area_id, actor_id=actor.person_id
    )
