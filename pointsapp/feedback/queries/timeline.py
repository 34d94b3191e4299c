"""One person's last months in one line: scans with their reasons, attendances, entries of both books, notices, what staff did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from pointsapp.audit.queries import acts_upon
from pointsapp.checkin.models import Attendance, Scan
from pointsapp.core import policy
from pointsapp.core.actor import Actor
from pointsapp.core.paging import Page, PageRequest, cut, instant
from pointsapp.feedback.models import FeedbackStep, StepKind
from pointsapp.feedback.policies import TIMELINE_DAYS, TIMELINE_MINUTES
from pointsapp.feedback.queries.matters import FeedbackRow, masked
from pointsapp.ledger import memos
from pointsapp.ledger.models import Entry, Posting, Unit
from pointsapp.notices.models import Notice
from pointsapp.people.models import Person
from pointsapp.tasks.models import Shift, Task


class Source(StrEnum):
    ACT = "act"
    ATTENDANCE = "attendance"
    ENTRY = "entry"
    NOTICE = "notice"
    SCAN = "scan"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineRow:
    """One thing that happened to the person. `kind` is the source's own word, `by` who else did it, `facts` what its sentence needs."""

    at: datetime
    source: Source
    id: int
    kind: str
    by: str
    facts: dict[str, Any]


def open_until(session: Session, actor: Actor, row: FeedbackRow, *, now: datetime) -> datetime | None:
    """Return until when this actor may read the timeline: they said why a little while ago; None when they did not."""
    minutes = policy.value(session, TIMELINE_MINUTES, now=now)
    said_at = session.scalar(
        select(FeedbackStep.at)
        .where(
            FeedbackStep.feedback_id == row.id,
            FeedbackStep.kind == StepKind.LOOKED,
            FeedbackStep.by_id == actor.person_id,
        )
        .order_by(FeedbackStep.id.desc())
        .limit(1)
    )
    until = said_at + timedelta(minutes=minutes) if said_at is not None else None
    return until if until is not None and until > now else None


def shown_to(session: Session, actor: Actor, row: FeedbackRow, *, now: datetime) -> FeedbackRow:
    """Return the feedback with name and contact for who is named to answer it, or has said what they need them for; else masked.

    Both stand among its steps, which the person reads.
    """
    is_named = row.handler_id == actor.person_id or open_until(session, actor, row, now=now) is not None
    return row if is_named else masked(row)


def timeline_page(session: Session, person_id: int, page: PageRequest, *, now: datetime) -> Page[TimelineRow]:
    """Return the person's timeline, the newest first: five looks, each along an index of that person, merged here."""
    since = now - timedelta(days=policy.value(session, TIMELINE_DAYS, now=now))
    before = instant(page.after[0]) if page.after else None
    seen = (page.after[1], page.after[2]) if page.after else None
    # At the cursor's own moment as many rows may stand as one act leaves; what was shown of them is left out below.
    most = page.limit + 1 + 10
    rows: list[TimelineRow] = []
    for look in (_scans, _attendances, _entries, _notices):
        rows += look(session, person_id, since, before, most)
    rows += [
        TimelineRow(at=event.at, source=Source.ACT, id=event.id, kind=event.kind, by=by, facts=event.facts)
        for event, by in acts_upon(session, person_id, before, most)
        if event.at >= since
    ]
    rows.sort(key=lambda row: (row.at, row.source.value, row.id), reverse=True)
    if before is not None and seen is not None:
        rows = [row for row in rows if (row.at, row.source.value, row.id) < (before, *seen)]
    return cut(rows, page.limit, lambda row: (row.at.isoformat(), row.source.value, row.id))


def _scans(
    session: Session, person_id: int, since: datetime, before: datetime | None, most: int
) -> Iterable[TimelineRow]:
    """Refused attempts with their reasons; what was accepted is an attendance."""
    by = aliased(Person)
    query = (
        select(Scan, by.name, Task.title)
        .outerjoin(by, by.id == Scan.by_id)
        .outerjoin(Shift, Shift.id == Scan.shift_id)
        .outerjoin(Task, Task.id == Shift.task_id)
        .where(Scan.is_accepted.is_(False), Scan.person_id == person_id, Scan.at >= since)
        .order_by(Scan.at.desc(), Scan.id.desc())
        .limit(most)
    )
    if before is not None:
        query = query.where(Scan.at <= before)
    for scan, name, title in session.execute(query):
        facts = {"way": scan.way.value, "action": scan.action.value if scan.action else "", "title": title or ""}
        other = name or "" if scan.by_id != person_id else ""
        yield TimelineRow(at=scan.at, source=Source.SCAN, id=scan.id, kind=scan.reason or "", by=other, facts=facts)


def _attendances(
    session: Session, person_id: int, since: datetime, before: datetime | None, most: int
) -> Iterable[TimelineRow]:
    by = aliased(Person)
    query = (
        select(Attendance, by.name, Task.title)
        .outerjoin(by, by.id == Attendance.checked_in_by_id)
        .join(Shift, Shift.id == Attendance.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .where(Attendance.person_id == person_id, Attendance.checked_in_at >= since)
        .order_by(Attendance.checked_in_at.desc(), Attendance.id.desc())
        .limit(most)
    )
    if before is not None:
        query = query.where(Attendance.checked_in_at <= before)
    for row, name, title in session.execute(query):
        facts = {
            "way": row.way.value,
            "state": row.state.value,
            "title": title,
            "minutes": row.minutes,
            "points": row.points,
            "cut_off": row.cut_off,
            "checked_out_at": row.checked_out_at.isoformat() if row.checked_out_at else None,
            "void_reason": row.void_reason or "",
        }
        other = name or "" if row.checked_in_by_id != person_id else ""
        yield TimelineRow(
            at=row.checked_in_at, source=Source.ATTENDANCE, id=row.id, kind=row.state.value, by=other, facts=facts
        )


def _entries(
    session: Session, person_id: int, since: datetime, before: datetime | None, most: int
) -> Iterable[TimelineRow]:
    query = (
        select(Entry.id, Entry.posted_at, Entry.memo, Entry.facts, Posting.unit, Posting.change, Posting.balance_after)
        .join(Posting, Posting.entry_id == Entry.id)
        .where(
            Posting.person_id == person_id,
            Posting.unit == Unit.POINT,
            Posting.change.is_not(None),
            Posting.posted_at >= since,
        )
        .order_by(Posting.entry_id.desc())
        .limit(most)
    )
    if before is not None:
        query = query.where(Posting.posted_at <= before)
    for key, at, memo, facts, _unit, change, balance in session.execute(query):
        shown = {"words": memos.say(memo, facts), "points": change, "balance": balance}
        yield TimelineRow(at=at, source=Source.ENTRY, id=key, kind=memo, by="", facts=shown)


def _notices(
    session: Session, person_id: int, since: datetime, before: datetime | None, most: int
) -> Iterable[TimelineRow]:
    query = (
        select(Notice)
        .where(Notice.person_id == person_id, Notice.created_at >= since)
        .order_by(Notice.id.desc())
        .limit(most)
    )
    if before is not None:
        query = query.where(Notice.created_at <= before)
    for row in session.scalars(query):
        facts = {**row.facts, "was_read": row.read_at is not None}
        yield TimelineRow(at=row.created_at, source=Source.NOTICE, id=row.id, kind=row.kind, by="", facts=facts)
