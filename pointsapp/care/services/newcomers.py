"""Somebody stands at a shift who has no account: the leader writes down the name, the work counts, the points wait to be activated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pointsapp.care.errors import NameKnown
from pointsapp.care.queries import namesakes
from pointsapp.checkin.models import Action
from pointsapp.checkin.policies import may_check_others_in
from pointsapp.checkin.queries import look_at, why_not_lead
from pointsapp.checkin.services import CheckInPerson, check_in_person
from pointsapp.core import events
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import NotFound, Refused
from pointsapp.people.errors import PhoneTaken
from pointsapp.people.queries import PersonRow, load_actor, person_by_phone, require_person
from pointsapp.people.services import CreatedPerson, NewPerson, create_person
from pointsapp.tasks.services import join_now

ANOTHER = "another"  # of a name that is known: somebody else


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNewcomer:
    """`shift` is a public id; `phone` as people.rules.read_phone gives it, if they told it.

    `who` says which one of that name it is: a public id of `namesakes`, or ANOTHER; empty asks when the name is known here.
    """

    shift: str
    name: str
    phone: str | None = None
    who: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Who was written down: the number is what they bring to the desk. `is_new`: made just now, not one who came again."""

    public_id: str
    name: str
    volunteer_number: str
    shift: str
    is_new: bool


def add_newcomer(session: Session, actor: Actor, command: AddNewcomer, *, now: datetime) -> Newcomer:
    """Make a person by name, or find who came before, give them a place and check them in, as one act.

    Who gets no place is not written down either. NameKnown when somebody of that name came before and `who` is not said: each
    name written twice would part one person's hours in two.

    Nobody has seen who they are: they earn at once and spend once the desk has activated them (`people.verify_at_desk`, a
    one-time code), where the notice is read, too.
    """
    look = look_at(session, actor.person_id, command.shift, actor_id=actor.person_id)
    if look is None:
        raise NotFound()
    require(may_check_others_in(actor, look, now), why_not_lead(look, now))
    known = {one.public_id for one in namesakes(session, command.name, look.brief.area_id)}
    if known and not command.who:
        raise NameKnown()
    is_new = command.who not in known
    made: PersonRow | CreatedPerson = (
        _write_down(session, actor, command, look.brief.area_id, now=now)
        if is_new
        else require_person(session, command.who)
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
        public_id=made.public_id, name=made.name, volunteer_number=made.volunteer_number, shift=command.shift,
        is_new=is_new,
    )  # fmt: skip


def _write_down(session: Session, actor: Actor, command: AddNewcomer, area_id: int, *, now: datetime) -> CreatedPerson:
    if command.who not in ("", ANOTHER):
        raise NotFound()  # was one of that name, and is no more
    if command.phone and person_by_phone(session, command.phone) is not None:
        raise PhoneTaken()  # they have an account: it is found by their code or in the list
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
    return made
