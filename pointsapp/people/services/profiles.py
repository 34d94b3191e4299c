"""What changes about one person: profile, password, phone, personal code, being verified, signing out everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from pointsapp.areas.queries import require_area
from pointsapp.core import events
from pointsapp.core.actor import Actor, require
from pointsapp.core.codes import PERSONAL_LENGTH, new_code
from pointsapp.core.errors import NotFound
from pointsapp.core.states import must_move, rows_changed
from pointsapp.people.errors import HomeIsSet, InvalidCredentials, PhoneTaken
from pointsapp.people.models import Listing, Person
from pointsapp.people.policies import may_help, may_know_of, may_see_people
from pointsapp.people.queries import person_by_phone, require_person, standing_of
from pointsapp.people.services.tokens import revoke_all_tokens


def mark_verified(session: Session, person_id: int, *, by_id: int | None, way: str, now: datetime) -> bool:
    """Say that somebody has seen this person; return whether that is news. `way`: scan, code, desk, import.

    Nobody verifies themself by a scan or at the desk: `by_id` is then somebody else, and the caller's policy says so.
    """
    if by_id == person_id and way != "code":
        return False
    done = rows_changed(
        session, update(Person).where(Person.id == person_id, Person.verified_at.is_(None)).values(verified_at=now)
    )
    if not done:
        return False
    _trace(session, "people.verified", person_id, by_id, now, way=way)
    return True


def verify_at_desk(session: Session, actor: Actor, public_id: str, *, now: datetime) -> bool:
    """Staff confirm that they know or have seen the person; NotFound for staff who may not know of them."""
    require(may_see_people(actor))
    person = require_person(session, public_id)
    standing = standing_of(session, person.id, now=now)
    if not may_know_of(actor, standing):
        raise NotFound()
    require(may_help(actor, standing))
    return mark_verified(session, person.id, by_id=actor.person_id, way="desk", now=now)


def take_phone_from_unverified(session: Session, phone: str, *, by_id: int | None, now: datetime) -> None:
    """Free `phone` for its true owner: an unverified holder loses it and is told; a verified one keeps it (PhoneTaken)."""
    holder = person_by_phone(session, phone)
    if holder is None:
        return
    if holder.is_verified:
        raise PhoneTaken()
    must_move(
        session,
        update(Person)
        .where(Person.id == holder.id, Person.phone == phone, Person.verified_at.is_(None))
        .values(phone=None),
    )
    _trace(session, "people.phone_lost", holder.id, by_id, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivePhone:
    """`person` is a public id; `phone` as rules.read_phone gives it, None takes the number away."""

    person: str
    phone: str | None


def give_phone(session: Session, actor: Actor, command: GivePhone, *, now: datetime) -> None:
    """Staff give a number to the person they see: an unverified number never blocks its true owner."""
    person = require_person(session, command.person)
    require(may_help(actor, standing_of(session, person.id, now=now)))
    if person.phone == command.phone:
        return
    if command.phone is not None:
        take_phone_from_unverified(session, command.phone, by_id=actor.person_id, now=now)
    session.execute(update(Person).where(Person.id == person.id).values(phone=command.phone))
    _trace(session, "people.phone_given", person.id, actor.person_id, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProfile:
    """What a person may change about themself; None leaves it as it is, 0 takes the year of birth away."""

    name: str | None = None
    area: str | None = None
    locale: str | None = None
    elder_view: bool | None = None
    listing: Listing | None = None
    birth_year: int | None = None


def change_profile(session: Session, actor: Actor, command: ChangeProfile, *, now: datetime) -> None:
    """Change one's own name, language, elder view, or on which rankings one stands; choose a home area, once.

    Another community is asked for and answers (care): a name that appears on its lists is somebody its staff look after.
    """
    new: dict[str, Any] = {
        column: value
        for column, value in (
            ("name", command.name),
            ("locale", command.locale),
            ("elder_view", command.elder_view),
        )
        if value is not None
    }
    if command.listing is not None:
        new["shows_on_rankings"] = command.listing is Listing.EVERYWHERE
        is_off = command.listing is Listing.NOWHERE
        new["off_rankings_since"] = func.coalesce(Person.off_rankings_since, now) if is_off else None
    if command.birth_year is not None:
        new["birth_year"] = command.birth_year or None
    if command.area is not None:
        home_id = require_area(session, command.area, field="area_id").id
        if actor.home_area_id not in (None, home_id):
            raise HomeIsSet()
        new["home_area_id"] = home_id
    if not new:
        return
    session.execute(update(Person).where(Person.id == actor.person_id).values(**new))
    if {"name", "home_area_id", "shows_on_rankings"} & set(new):
        _trace(session, "people.profile_changed", actor.person_id, actor.person_id, now, fields=sorted(new))


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteBirthYear:
    """`person` is a public id; None takes the year away."""

    person: str
    year: int | None


def note_birth_year(session: Session, actor: Actor, command: NoteBirthYear, *, now: datetime) -> None:
    """Staff note the year of birth that the person at the desk tells them; it is theirs to tell or not."""
    person = require_person(session, command.person)
    require(may_help(actor, standing_of(session, person.id, now=now)))
    moved = rows_changed(
        session,
        update(Person)
        .where(Person.id == person.id, Person.birth_year.is_distinct_from(command.year))
        .values(birth_year=command.year),
    )
    if moved:  # the trace says that, not which year
        _trace(session, "people.birth_year_noted", person.id, actor.person_id, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword:
    """`verified_hash` is the stored hash the old password was checked against, before the transaction."""

    verified_hash: str | None
    new_hash: str


def change_password(session: Session, actor: Actor, command: ChangePassword, *, now: datetime) -> int:
    """Set a new password and sign every other device out; return the new session version."""
    same = (
        Person.password_hash == command.verified_hash
        if command.verified_hash is not None
        else Person.password_hash.is_(None)
    )
    return _new_version(session, actor.person_id, now, "people.password_changed", same, password_hash=command.new_hash)


def sign_out_everywhere(session: Session, actor: Actor, *, now: datetime) -> int:
    """Sign every device and token out; return the new session version."""
    return _new_version(session, actor.person_id, now, "people.signed_out", Person.id == actor.person_id)


def sign_out_person(session: Session, person_id: int, *, by_id: int, now: datetime) -> None:
    """Sign every device and token of the person out; the caller has judged whether `by_id` may."""
    session.execute(update(Person).where(Person.id == person_id).values(session_version=Person.session_version + 1))
    revoke_all_tokens(session, person_id, now=now)
    _trace(session, "people.signed_out", person_id, by_id, now)


def _new_version(session: Session, person_id: int, now: datetime, kind: str, condition: Any, **new: Any) -> int:
    version = session.scalar(
        update(Person)
        .where(Person.id == person_id, condition)
        .values(session_version=Person.session_version + 1, **new)
        .returning(Person.session_version)
    )
    if version is None:  # the password was changed meanwhile, in another window
        raise InvalidCredentials()
    revoke_all_tokens(session, person_id, now=now)
    _trace(session, kind, person_id, person_id, now)
    return version


def replace_personal_code(session: Session, actor: Actor, *, now: datetime) -> str:
    """Give oneself a new personal code: the old one hung on a lost phone or went through a chat group."""
    return replace_code_of(session, actor.person_id, by_id=actor.person_id, now=now)


def replace_code_of(session: Session, person_id: int, *, by_id: int, now: datetime) -> str:
    """Give a person a new personal code; the caller has judged whether `by_id` may."""
    code = new_code(PERSONAL_LENGTH)
    session.execute(update(Person).where(Person.id == person_id).values(personal_code=code))
    _trace(session, "people.code_replaced", person_id, by_id, now)
    return code


def _trace(session: Session, kind: str, person_id: int, actor_id: int | None, now: datetime, **facts: Any) -> None:
    area_id = session.scalar(select(func.max(Person.home_area_id)).where(Person.id == person_id))
    events.record(
        session,
        kind,
        at=now,
        subject=f"person:{person_id}",
        area_id=area_id,
        person_id=person_id,
        actor_id=actor_id,
        **facts,
    )
