"""Joining: a stranger registers, staff register somebody at the desk, operators create people in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from pointsapp.areas.queries import require_area
from pointsapp.core import events
from pointsapp.core.actor import Actor, require
from pointsapp.core.codes import PERSONAL_LENGTH, new_code, new_number, new_public_id
from pointsapp.people.errors import ConsentRequired, PhoneTaken
from pointsapp.people.models import Person
from pointsapp.people.policies import is_staff_of
from pointsapp.people.queries import current_notice, person_by_phone
from pointsapp.people.services.profiles import take_phone_from_unverified


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """A person to be created; `verified_by` says why they count as seen (import, demo), None leaves them unverified."""

    name: str
    phone: str | None = None
    password_hash: str | None = None
    home_area_id: int | None = None
    consent_version: str | None = None
    verified_by: str | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedPerson:
    id: int
    public_id: str
    name: str
    volunteer_number: str
    personal_code: str


def create_people(session: Session, people: Sequence[NewPerson], *, now: datetime) -> list[CreatedPerson]:
    """Insert `people` with fresh numbers and codes, in their order; a phone that is taken is an IntegrityError.

    Numbers are random: two that meet (one chance in 8 billion per pair) fail on the unique key, and `write` looks again.
    """
    rows = [
        {
            "public_id": new_public_id(),
            "name": person.name,
            "phone": person.phone,
            "password_hash": person.password_hash,
            "volunteer_number": new_number(),
            "home_area_id": person.home_area_id,
            "verified_at": (person.created_at or now) if person.verified_by else None,
            "consent_version": person.consent_version,
            "consented_at": (person.created_at or now) if person.consent_version else None,
            "session_version": 1,
            "elder_view": False,
            "shows_on_rankings": False,
            "personal_code": new_code(PERSONAL_LENGTH),
            "created_at": person.created_at or now,
        }
        for person in people
    ]
    if not rows:
        return []
    inserted = session.scalars(insert(Person).returning(Person.id, sort_by_parameter_order=True), rows)
    return [
        CreatedPerson(
            id=person_id,
            public_id=str(row["public_id"]),
            name=str(row["name"]),
            volunteer_number=str(row["volunteer_number"]),
            personal_code=str(row["personal_code"]),
        )
        for person_id, row in zip(inserted, rows, strict=True)
    ]


def create_person(session: Session, person: NewPerson, *, now: datetime) -> CreatedPerson:
    """Create one person as `create_people` does."""
    return create_people(session, [person], now=now)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """`area` is an id or a code; `phone` is as rules.read_phone gives it."""

    name: str
    area: str
    password_hash: str
    consent_version: str | None
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    person_id: int
    public_id: str
    name: str
    volunteer_number: str


def register(session: Session, actor: Actor | None, command: Register, *, now: datetime) -> Registered:
    """Let a stranger join. They earn at once, and spend once somebody has seen them."""
    _ = actor  # anyone, signed in or not: a family shares a phone
    in_force = current_notice().consent_version
    if command.consent_version != in_force:
        raise ConsentRequired(consent_version=in_force)
    area = require_area(session, command.area, field="area_id")
    if command.phone and person_by_phone(session, command.phone) is not None:
        raise PhoneTaken()
    made = create_person(
        session,
        NewPerson(
            name=command.name,
            phone=command.phone,
            password_hash=command.password_hash,
            home_area_id=area.id,
            consent_version=in_force,
        ),
        now=now,
    )
    _joined(session, made, area.id, "self", made.id, now)
    return Registered(
        person_id=made.id, public_id=made.public_id, name=made.name, volunteer_number=made.volunteer_number
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterAtDesk:
    """Staff write down who stands before them; the paper notice was read out, so `consent_version` is required too."""

    name: str
    area: str
    consent_version: str | None
    phone: str | None = None
    password_hash: str | None = None


def register_at_desk(session: Session, actor: Actor, command: RegisterAtDesk, *, now: datetime) -> Registered:
    """Register the person at the desk, phone or not. Staff have seen them, so they are verified."""
    area = require_area(session, command.area, field="area_id")
    require(is_staff_of(actor, area.path))
    in_force = current_notice().consent_version
    if command.consent_version != in_force:
        raise ConsentRequired(consent_version=in_force)
    if command.phone:
        take_phone_from_unverified(session, command.phone, by_id=actor.person_id, now=now)
    made = create_person(
        session,
        NewPerson(
            name=command.name,
            phone=command.phone,
            password_hash=command.password_hash,
            home_area_id=area.id,
            consent_version=in_force,
            verified_by="desk",
        ),
        now=now,
    )
    _joined(session, made, area.id, "desk", actor.person_id, now)
    return Registered(
        person_id=made.id, public_id=made.public_id, name=made.name, volunteer_number=made.volunteer_number
    )


def _joined(session: Session, made: CreatedPerson, area_id: int, way: str, actor_id: int, now: datetime) -> None:
    events.record(
        session,
        "people.joined",
        at=now,
        subject=f"person:{made.id}",
        area_id=area_id,
        person_id=made.id,
        actor_id=actor_id,
        way=way,
    )
