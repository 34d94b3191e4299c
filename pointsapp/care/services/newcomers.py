"""Somebody stands at a shift who has no account: the leader writes down the name, the work counts, the points wait to be activated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.checkin.models import Action
from pointsapp.checkin.policies import may_check_others_in
from pointsapp.checkin.queries import look_at, why_not_lead
from pointsapp.checkin.services import CheckInPerson, check_in_person
from pointsapp.core import events
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import NotFound, Refused
from pointsapp.people.errors import PhoneTaken
from pointsapp.people.queries import load_actor, person_by_phone
from pointsapp.people.services import NewPerson, create_person
from pointsapp.tasks.models import Task
from pointsapp.tasks.services import join_now


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNewcomer:
    """`shift` is a public id; `phone` as people.rules.read_phone gives it, if they told it."""

    shift: str
    name: str
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Who was written down: the number is what they bring to the desk."""

    public_id: str
    name: str
    volunteer_number: str
    shift: str


def add_newcomer(session: Session, actor: Actor, command: AddNewcomer, *, now: datetime) -> Newcomer:
    """Make a person by name, give them a place and check them in, as one act: who gets no place is not written down either.

    Nobody has seen who they are: they earn at once and spend once the desk has activated them (`people.verify_at_desk`, a
    one-time code), where the notice is read, too.
    """
    look = look_at(session, actor.person_id, command.shift, actor_id=actor.person_id)
    if look is None:
        raise NotFound()
    require(may_check_others_in(actor, look, now), why_not_lead(look, now))
    if command.phone and person_by_phone(session, command.phone) is not None:
        raise PhoneTaken()  # they have an account: it is found by their code or in the list
    area_id = session.scalars(select(Task.area_id).where(Task.id == look.brief.task_id)).one()
    made = create_person(session, NewPerson(name=command.name, phone=command.phone, home_area_id=area_id), now=now)
    events.record(
        session,
        "people.joined",
        at=now,
        subject=f"person:{made.id}",
        area_id=area_id,
        person_id=made.id,
        actor_id=actor.person_id,
        way="leader",
    )
    person = load_actor(session, made.id, now=now)
    assert person is not None
    join_now(session, person, command.shift, now=now)
    receipt = check_in_person(
        session, actor, command.shift, CheckInPerson(user_id=made.public_id, action=Action.CHECK_IN), now=now
    )
    if isinstance(receipt, Refused):
        raise receipt.reason
    return Newcomer(
        public_id=made.public_id, name=made.name, volunteer_number=made.volunteer_number, shift=command.shift
    )
