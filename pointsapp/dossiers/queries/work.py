"""The work behind a dossier: tasks and sheets of paper, added up from the same evidence the board counts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CTE, BigInteger, String, and_, case, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.checkin.models import Attendance
from pointsapp.core.db import UTCDateTime
from pointsapp.core.events import Event
from pointsapp.stars.models import Evidence, PaperLine, PaperSheet
from pointsapp.stars.queries import RoundRow, Standing
from pointsapp.stars.queries.metrics import ATTENDANCE, MINUTES, one_branch, reach
from pointsapp.stars.queries.rows import PAPER_CONFIRMED
from pointsapp.tasks.models import NoticeText, Shift, Task, TaskCategory, TaskState


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLine:
    """One task as the list of contents has it. `number` is what the dossier calls it; `closed_row` the evidence of its end."""

    id: int
    number: int
    public_id: str
    title: str
    category: str
    area: str
    place: str
    state: TaskState
    first_at: datetime
    last_at: datetime
    people: int
    times: int
    minutes: int
    closed_row: str | None
    notice: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLine:
    """Work recorded on paper: one confirmed sheet."""

    title: str
    area: str
    done_on: date
    source: str
    people: int
    minutes: int


def _subject_key(kind: str) -> Any:
    """Return the key in an event's subject `<kind>:<key>`, NULL for other subjects; never casts what is no number."""
    return case((Event.subject.like(f"{kind}:%"), cast(func.substr(Event.subject, len(kind) + 2), BigInteger)))


def work_of(found: RoundRow, reached: CTE, now: datetime) -> Any:
    """Select what each person did at each shift, corrections added up."""
    return (
        select(
            Attendance.shift_id,
            Evidence.person_id,
            func.sum(case((Evidence.metric == ATTENDANCE, Evidence.quantity), else_=0)).label("times"),
            func.sum(case((Evidence.metric == MINUTES, Evidence.quantity), else_=0)).label("minutes"),
        )
        .join(reached, reached.c.area_id == Evidence.area_id)
        .join(Event, Event.id == Evidence.event_id)
        .join(Attendance, Attendance.id == _subject_key("attendance"))
        .where(
            Evidence.metric.in_((ATTENDANCE, MINUTES)),
            Event.kind.like("checkin.%"),
            found.span(now).holds(),
        )
        .group_by(Attendance.shift_id, Evidence.person_id)
    )


def work_done(
    session: Session, found: RoundRow, standing: Standing, *, now: datetime
) -> tuple[tuple[TaskLine, ...], tuple[SheetLine, ...]]:
    """Return tasks and sheets of paper, each in the order of their days."""
    reached = reach(one_branch(standing.branch.id))
    both = union_all(_tasks(found, reached, now), _sheets(found, reached, now))
    rows = list(session.execute(both))
    tasks = sorted((row for row in rows if row.state is not None), key=lambda row: (row.first_at, row.id))
    sheets = sorted((row for row in rows if row.state is None), key=lambda row: (row.text, row.id))
    return tuple(_task_line(row, number) for number, row in enumerate(tasks, start=1)), tuple(map(_sheet_line, sheets))


def _tasks(found: RoundRow, reached: CTE, now: datetime) -> Any:
    """Select the tasks in which somebody took part, or which were carried out to their end."""
    work = work_of(found, reached, now).subquery()
    span = found.span(now)
    closed = (
        select(Event.subject, func.min(Evidence.public_id).label("row"))
        .join(Evidence, Evidence.event_id == Event.id)
        .join(reached, reached.c.area_id == Evidence.area_id)
        .where(Event.kind == "tasks.closed", span.holds())
        .group_by(Event.subject)
        .subquery()
    )
    return (
        select(
            Task.id,
            Task.public_id,
            Task.title,
            func.coalesce(TaskCategory.name, Task.category).label("category"),
            Area.name.label("area"),
            Task.place,
            cast(Task.state, String).label("state"),
            func.min(Shift.starts_at).label("first_at"),
            func.max(Shift.ends_at).label("last_at"),
            func.count(func.distinct(case((work.c.times > 0, work.c.person_id)))).label("people"),
            func.coalesce(func.sum(work.c.times), 0).label("times"),
            func.coalesce(func.sum(work.c.minutes), 0).label("minutes"),
            closed.c.row,
            NoticeText.text,
        )
        .join(Shift, Shift.task_id == Task.id)
        .join(Area, Area.id == Task.area_id)
        .outerjoin(TaskCategory, TaskCategory.key == Task.category)
        .outerjoin(NoticeText, and_(NoticeText.task_id == Task.id, NoticeText.version == Task.notice_version))
        .outerjoin(work, work.c.shift_id == Shift.id)
        .outerjoin(closed, closed.c.subject == "task:" + cast(Task.id, String))
        .where(Task.area_id.in_(select(reached.c.area_id)), Shift.starts_at < span.end, Shift.ends_at >= span.start)
        .group_by(Task.id, TaskCategory.name, Area.name, closed.c.row, NoticeText.text)
        .having((func.coalesce(func.sum(work.c.times), 0) > 0) | closed.c.row.is_not(None))
    )


def _sheets(found: RoundRow, reached: CTE, now: datetime) -> Any:
    """Select the sheets of paper that count, in the columns of tasks: the day stands as `text`, where the paper lies as `place`."""
    no_words, no_time = cast(null(), String), cast(null(), UTCDateTime())
    return (
        select(
            PaperSheet.id,
            PaperSheet.public_id,
            PaperSheet.title,
            literal("").label("category"),
            Area.name.label("area"),
            PaperSheet.source.label("place"),
            no_words.label("state"),
            no_time.label("first_at"),
            no_time.label("last_at"),
            func.count(func.distinct(PaperLine.person_id)).label("people"),
            func.sum(Evidence.quantity).label("times"),
            func.sum(PaperLine.minutes).label("minutes"),
            no_words.label("row"),
            cast(PaperSheet.done_on, String).label("text"),
        )
        .select_from(Evidence)
        .join(reached, reached.c.area_id == Evidence.area_id)
        .join(Event, Event.id == Evidence.event_id)
        .join(PaperLine, PaperLine.id == _subject_key("paper_line"))
        .join(PaperSheet, PaperSheet.id == PaperLine.sheet_id)
        .join(Area, Area.id == PaperSheet.area_id)
        .where(Event.kind == PAPER_CONFIRMED, Evidence.metric == ATTENDANCE, found.span(now).holds())
        .group_by(
            PaperSheet.id, PaperSheet.public_id, PaperSheet.title, Area.name, PaperSheet.done_on, PaperSheet.source
        )
    )


def _task_line(row: Any, number: int) -> TaskLine:
    return TaskLine(
        id=row.id,
        number=number,
        public_id=row.public_id,
        title=row.title,
        category=row.category,
        area=row.area,
        place=row.place,
        state=TaskState(row.state),
        first_at=row.first_at,
        last_at=row.last_at,
        people=row.people,
        times=int(row.times),
        minutes=int(row.minutes),
        closed_row=row.row,
        notice=_notice(row.text),
    )


def _sheet_line(row: Any) -> SheetLine:
    return SheetLine(
        title=row.title,
        area=row.area,
        done_on=date.fromisoformat(row.text),
        source=row.place,
        people=row.people,
        minutes=int(row.minutes),
    )


def _notice(text: str | None) -> dict[str, str]:
    """Return the recruiting notice by its parts; what was never published has none."""
    if text is None:
        return {}
    kept = json.loads(text)
    return {name: words for name, words in kept.items() if isinstance(words, str) and words.strip() and name != "title"}
