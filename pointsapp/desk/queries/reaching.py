"""The reach list as a page shows it: change by change, who has read it, who was told, and who is still to be called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below_any
from pointsapp.core.actor import COMMUNITY_STAFF, Actor, require
from pointsapp.core.duties import duty_columns
from pointsapp.core.errors import NotFound
from pointsapp.core.masking import mask_name, mask_phone
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.desk.models import Reach, Way
from pointsapp.notices.models import Notice
from pointsapp.notices.queries import went_out
from pointsapp.people.models import Person
from pointsapp.tasks.models import Task
from pointsapp.tasks.policies import may_run_task

MOST_PEOPLE = 1_000


class Reached(StrEnum):
    NOT = "not"  # nothing was delivered, or they never sign in: somebody has to call
    SENT = "sent"
    READ = "read"
    TOLD = "told"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachLine:
    """One person of one change; `phone` is whole only after it was opened, None where there is none."""

    public_id: str
    name: str
    number_tail: str
    phone: str | None
    shown_phone: str
    reached: Reached
    at: datetime | None
    by: str
    way: Way | None
    tries: int
    still_matters: bool
    went_out: tuple[str, ...]  # by which ways its notice left the house: push, mail, sms

    @property
    def is_to_tell(self) -> bool:
        """Say whether somebody still has to tell this person: not known to know, and in time."""
        return self.reached in (Reached.NOT, Reached.SENT) and self.still_matters

    @property
    def has_phone(self) -> bool:
        """Say whether there is a number to call, opened or not; without one a call cannot have failed either."""
        return bool(self.shown_phone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change: what its notice says (`facts`), and everybody whom it concerns, those still to be reached first."""

    kind: str
    at: datetime
    facts: dict[str, Any]
    lines: tuple[ReachLine, ...]

    def count(self, reached: str) -> int:
        return sum(line.reached == reached for line in self.lines)

    @property
    def is_done(self) -> bool:
        return all(line.reached in (Reached.READ, Reached.TOLD) or not line.still_matters for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachList:
    task: str
    title: str
    place: str
    changes: tuple[Change, ...]

    @property
    def has_calls(self) -> bool:
        """Say whether opening the phones would give anybody a number to call; each look is kept, so none for nothing."""
        return any(line.is_to_tell and line.has_phone for change in self.changes for line in change.lines)


def reach_list(session: Session, actor: Actor, task: str, *, with_phones: bool, now: datetime) -> ReachList:
    """Return the changes of a task, the newest first. Names are whole, for staff must call people; phones only `with_phones`."""
    found = session.execute(
        select(Task.id, Task.public_id, Task.title, Task.place, Task.state, Area.path)
        .join(Area, Area.id == Task.area_id)
        .where(Task.public_id == task)
    ).one_or_none()
    if found is None:
        raise NotFound()
    require(may_run_task(actor, found.path))
    teller = aliased(Person)
    rows = session.execute(
        select(
            Reach,
            Person.name,
            Person.volunteer_number,
            Person.phone,
            Person.password_hash.is_not(None).label("signs_in"),
            Notice.read_at,
            Notice.created_at.label("sent_at"),
            Notice.facts,
            teller.name.label("told_by"),
        )
        .join(Person, Person.id == Reach.person_id)
        .outerjoin(Notice, and_(Notice.event_id == Reach.event_id, Notice.person_id == Reach.person_id))
        .outerjoin(teller, teller.id == Reach.told_by_id)
        .where(Reach.task_id == found.id)
        .order_by(Reach.at.desc(), Reach.id)
        .limit(MOST_PEOPLE)
    ).all()
    ways = went_out(session, [row.Reach.event_id for row in rows])
    groups: dict[tuple[str, int | None, datetime], list[Any]] = {}
    for row in rows:
        groups.setdefault((row.Reach.kind, row.Reach.shift_id, row.Reach.at), []).append(row)
    return ReachList(
        task=found.public_id,
        title=found.title,
        place=found.place,
        changes=tuple(_change(group, ways, with_phones=with_phones, now=now) for group in groups.values()),
    )


_FIRST = {Reached.NOT: 0, Reached.SENT: 1, Reached.TOLD: 2, Reached.READ: 3}


def _change(rows: Sequence[Any], ways: Mapping[int, Sequence[str]], *, with_phones: bool, now: datetime) -> Change:
    first = rows[0].Reach
    lines = [_line(row, ways, with_phones=with_phones, now=now) for row in rows]
    lines.sort(key=lambda line: (_FIRST[line.reached], line.tries))
    facts: dict[str, Any] = next((row.facts for row in rows if row.facts), {})
    return Change(kind=first.kind, at=first.at, facts=dict(facts), lines=tuple(lines))


def _line(row: Any, ways: Mapping[int, Sequence[str]], *, with_phones: bool, now: datetime) -> ReachLine:
    reach = row.Reach
    if reach.told_at is not None:
        reached, at = Reached.TOLD, reach.told_at
    elif row.read_at is not None:
        reached, at = Reached.READ, row.read_at
    elif row.sent_at is not None and row.signs_in:
        reached, at = Reached.SENT, row.sent_at
    else:
        reached, at = Reached.NOT, None
    return ReachLine(
        public_id=reach.public_id,
        name=row.name,
        number_tail=row.volunteer_number[-4:],
        phone=row.phone if with_phones and reached in (Reached.NOT, Reached.SENT) else None,
        shown_phone=mask_phone(row.phone) if row.phone else "",
        reached=reached,
        at=at,
        by=mask_name(row.told_by) if row.told_by else "",
        way=reach.way,
        tries=reach.tries,
        still_matters=reach.matters_until > now,
        went_out=tuple(ways.get(reach.event_id, ())),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedTask:
    """A task with people who still have to be reached, or lately had."""

    id: int
    public_id: str
    title: str
    area_name: str
    changed_at: datetime
    people: int
    open: int


def changed_tasks(session: Session, actor: Actor, page: PageRequest, *, now: datetime) -> Page[ChangedTask]:
    """Return the tasks of the actor's areas that were changed, the last change first. Key: the newest row."""
    is_open = and_(Reach.told_at.is_(None), Notice.read_at.is_(None), Reach.matters_until > now)
    newest = func.max(Reach.id)
    statement = (
        select(
            newest.label("id"),
            Task.public_id,
            Task.title,
            Area.name.label("area_name"),
            func.max(Reach.at).label("changed_at"),
            func.count().label("people"),
            func.sum(case((is_open, 1), else_=0)).label("open"),
        )
        .join(Task, Task.id == Reach.task_id)
        .join(Area, Area.id == Reach.area_id)
        .outerjoin(Notice, and_(Notice.event_id == Reach.event_id, Notice.person_id == Reach.person_id))
        .where(below_any(Area.path, actor.paths(COMMUNITY_STAFF)))
        .group_by(Task.public_id, Task.title, Area.name)
        .order_by(newest.desc())
        .limit(page.limit + 1)
    )
    if page.after:
        statement = statement.having(newest < page.after[0])
    lines = [ChangedTask(**row) for row in session.execute(statement).mappings()]
    return cut(lines, page.limit, lambda line: (line.id,))


def to_be_reached(now: datetime) -> Any:
    """Select who has neither read of a change nor been told, while it still matters: a duty of the task's people."""
    columns = duty_columns(
        number=Reach.id,
        area_id=Reach.area_id,
        since=Reach.at,
        due_at=Reach.matters_until,
        title=Task.title,
        arg=Task.public_id,
        nor_by=Reach.person_id,
    )
    return (
        select(*columns)
        .join(Task, Task.id == Reach.task_id)
        .outerjoin(Notice, and_(Notice.event_id == Reach.event_id, Notice.person_id == Reach.person_id))
        .where(Reach.told_at.is_(None), Notice.read_at.is_(None), Reach.matters_until > now)
    )
