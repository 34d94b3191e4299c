"""What stands in a record beside hours, and what a volunteer says is wrong in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pointsapp.areas.queries import area_by_id, require_area
from pointsapp.certificates.errors import HomeMissing, RequestAnswered
from pointsapp.certificates.messages import IN_THE_FUTURE
from pointsapp.certificates.models import RecordItem, RecordKind, RecordRequest, RequestState
from pointsapp.certificates.policies import ANSWER_WORKING_DAYS, may_confirm
from pointsapp.core import clock, events, policy
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import Invalid, NotFound
from pointsapp.core.states import move, rows_changed
from pointsapp.core.working_days import end_of_working_days
from pointsapp.people.policies import is_staff_of
from pointsapp.people.queries import require_person
from pointsapp.tasks.models import Shift, Signup, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class AddItem:
    """`person` is a public id, `area` an id or a code of who says so."""

    person: str
    kind: RecordKind
    title: str
    words: str
    happened_on: date
    area: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRecord:
    """`signup` is a public id of one's own, or None: then the community one belongs to is asked about something that is missing."""

    signup: str | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRequest:
    upheld: bool
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReceipt:
    public_id: str
    person_id: int


def add_item(session: Session, actor: Actor, command: AddItem, *, now: datetime) -> RecordReceipt:
    """An area puts a training, an honour or an evaluation into somebody's record."""
    area = require_area(session, command.area, field="area")
    person = require_person(session, command.person)
    require(may_confirm(actor, area.path, person.id))
    if command.happened_on > clock.local_day(now):
        raise Invalid({"happened_on": [str(IN_THE_FUTURE)]})
    row = RecordItem(
        person_id=person.id,
        kind=command.kind,
        title=command.title,
        words=command.words,
        happened_on=command.happened_on,
        area_id=area.id,
        by_id=actor.person_id,
        at=now,
    )
    session.add(row)
    session.flush()
    _tell(
        session, "certificates.item_added", f"record_item:{row.id}", row.person_id, area.id, actor, now, title=row.title
    )
    return RecordReceipt(public_id=row.public_id, person_id=person.id)


def take_back_item(session: Session, actor: Actor, public_id: str, *, now: datetime) -> RecordReceipt:
    """Take an item out of the record; it stays on file that it was there."""
    row = session.scalars(select(RecordItem).where(RecordItem.public_id == public_id)).one_or_none()
    area = None if row is None else area_by_id(session, row.area_id)
    if row is None or area is None or not is_staff_of(actor, area.path):
        raise NotFound()
    require(may_confirm(actor, area.path, row.person_id))
    taken = (
        update(RecordItem)
        .where(RecordItem.id == row.id, RecordItem.taken_back_at.is_(None))
        .values(taken_back_at=now, taken_back_by_id=actor.person_id)
    )
    if rows_changed(session, taken):  # once, and told once, whoever else takes it out just now
        _tell(
            session, "certificates.item_taken_back", f"record_item:{row.id}", row.person_id, area.id, actor, now,
            title=row.title,
        )  # fmt: skip
    return RecordReceipt(public_id=row.public_id, person_id=row.person_id)


def ask_record(session: Session, actor: Actor, command: AskRecord, *, now: datetime) -> RecordReceipt:
    """Say that the record is wrong; who organised answers within so many working days."""
    signup_id, area_id = None, actor.home_area_id
    if command.signup is not None:
        found = session.execute(
            select(Signup.id, Task.area_id)
            .join(Shift, Shift.id == Signup.shift_id)
            .join(Task, Task.id == Shift.task_id)
            .where(Signup.public_id == command.signup, Signup.person_id == actor.person_id)
        ).one_or_none()
        if found is None:
            raise NotFound()
        signup_id, area_id = found
    if area_id is None:
        raise HomeMissing()
    days = int(policy.value(session, ANSWER_WORKING_DAYS, now=now))
    row = RecordRequest(
        person_id=actor.person_id,
        area_id=area_id,
        signup_id=signup_id,
        words=command.words,
        state=RequestState.ASKED,
        asked_at=now,
        due_at=end_of_working_days(now, days),
    )
    session.add(row)
    session.flush()
    _tell(session, "certificates.record_asked", f"record_request:{row.id}", row.person_id, area_id, actor, now)
    return RecordReceipt(public_id=row.public_id, person_id=row.person_id)


def answer_request(
    session: Session, actor: Actor, public_id: str, command: AnswerRequest, *, now: datetime
) -> RecordReceipt:
    """Answer a request. The minutes themselves are corrected by two people, where corrections are made."""
    row = session.scalars(select(RecordRequest).where(RecordRequest.public_id == public_id)).one_or_none()
    area = None if row is None else area_by_id(session, row.area_id)
    if row is None or area is None or not is_staff_of(actor, area.path):
        raise NotFound()
    require(may_confirm(actor, area.path, row.person_id))
    if row.state is not RequestState.ASKED:
        raise RequestAnswered()
    to = RequestState.UPHELD if command.upheld else RequestState.REJECTED
    move(session, row, to, answer=command.answer, answered_at=now, answered_by_id=actor.person_id)
    kind = "certificates.record_upheld" if command.upheld else "certificates.record_rejected"
    _tell(session, kind, f"record_request:{row.id}", row.person_id, area.id, actor, now, reason=command.answer)
    return RecordReceipt(public_id=row.public_id, person_id=row.person_id)


def _tell(
    session: Session, kind: str, subject: str, person_id: int, area_id: int, actor: Actor, now: datetime, **facts: str
) -> None:
    events.record(
        session,
        kind,
        at=now,
        subject=subject,
        area_id=area_id,
        person_id=person_id,
        actor_id=actor.person_id,
        **facts,
    )
