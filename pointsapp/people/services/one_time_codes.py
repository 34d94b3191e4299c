"""One-time codes: what stands in for an SMS gateway. Staff show or print one; it signs in once, activates, or replaces a
forgotten password. Only its hash is kept, and each issue and each use is an event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.actor import Actor, require
from pointsapp.core.codes import ONE_TIME_LENGTH, new_code
from pointsapp.people.errors import InvalidCredentials
from pointsapp.people.models import OneTimeCode, OneTimeCodeKind, Person
from pointsapp.people.policies import may_help
from pointsapp.people.queries import code_hash, load_actor, require_person, standing_of
from pointsapp.people.services.profiles import mark_verified
from pointsapp.people.services.signing_in import ApiSession, SignedIn, open_api_session
from pointsapp.people.services.tokens import revoke_all_tokens

VALID_FOR = {OneTimeCodeKind.DESK: timedelta(minutes=10), OneTimeCodeKind.PRINTED: timedelta(days=7)}


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueOneTimeCode:
    """`person` is a public id."""

    person: str
    kind: OneTimeCodeKind = OneTimeCodeKind.DESK


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCode:
    """The only moment at which the code is known."""

    code: str
    kind: OneTimeCodeKind
    expires_at: datetime
    person_id: int


def issue_one_time_code(session: Session, actor: Actor, command: IssueOneTimeCode, *, now: datetime) -> IssuedCode:
    """Make a code for the person at the desk. An older unused one of the same kind ends: one slip of paper is valid."""
    person = require_person(session, command.person)
    require(may_help(actor, standing_of(session, person.id, now=now)))
    session.execute(
        update(OneTimeCode)
        .where(
            OneTimeCode.person_id == person.id,
            OneTimeCode.kind == command.kind,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > now,
        )
        .values(expires_at=now)
    )
    code = new_code(ONE_TIME_LENGTH)
    expires_at = now + VALID_FOR[command.kind]
    code_id = session.execute(
        insert(OneTimeCode)
        .values(
            person_id=person.id,
            kind=command.kind,
            code_hash=code_hash(code),
            issued_by_id=actor.person_id,
            created_at=now,
            expires_at=expires_at,
        )
        .returning(OneTimeCode.id)
    ).scalar_one()
    events.record(
        session,
        "people.one_time_code_issued",
        at=now,
        subject=f"one_time_code:{code_id}",
        area_id=person.home_area_id,
        person_id=person.id,
        actor_id=actor.person_id,
        way=command.kind.value,
    )
    return IssuedCode(code=code, kind=command.kind, expires_at=expires_at, person_id=person.id)


def end_one_time_codes(session: Session, person_id: int, *, now: datetime) -> None:
    """End every code of the person that was not used yet: one may have been photographed by the phone that is lost."""
    session.execute(
        update(OneTimeCode)
        .where(OneTimeCode.person_id == person_id, OneTimeCode.used_at.is_(None), OneTimeCode.expires_at > now)
        .values(expires_at=now)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class UseOneTimeCode:
    """`code` as core.codes.read gives it; `new_password_hash` replaces a forgotten password; `consent_version` is the
    notice an imported person has just read."""

    code: str
    new_password_hash: str | None = None
    consent_version: str | None = None


def use_one_time_code(session: Session, command: UseOneTimeCode, *, now: datetime) -> SignedIn:
    """Sign in by a code, once: the row is taken by one conditional UPDATE, so of two scans at once one wins."""
    taken = session.execute(
        update(OneTimeCode)
        .where(
            OneTimeCode.code_hash == code_hash(command.code),
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > now,
        )
        .values(used_at=now)
        .returning(OneTimeCode.id, OneTimeCode.person_id)
    ).one_or_none()
    if taken is None:
        raise InvalidCredentials()
    code_id, person_id = taken
    if command.new_password_hash is not None:
        # Whoever knew the forgotten password, or found the lost phone, is signed out.
        session.execute(
            update(Person)
            .where(Person.id == person_id)
            .values(password_hash=command.new_password_hash, session_version=Person.session_version + 1)
        )
        revoke_all_tokens(session, person_id, now=now)
    if command.consent_version is not None:
        session.execute(
            update(Person)
            .where(Person.id == person_id, Person.consent_version.is_(None))
            .values(consent_version=command.consent_version, consented_at=now)
        )
    mark_verified(session, person_id, by_id=person_id, way="code", now=now)
    actor = load_actor(session, person_id, now=now)
    if actor is None:
        raise InvalidCredentials()
    events.record(
        session,
        "people.one_time_code_used",
        at=now,
        subject=f"one_time_code:{code_id}",
        area_id=actor.home_area_id,
        person_id=person_id,
        actor_id=person_id,
        password_replaced=command.new_password_hash is not None,
    )
    return SignedIn(actor=actor)


def use_one_time_code_for_token(session: Session, command: UseOneTimeCode, *, now: datetime) -> ApiSession:
    """Use a code and open an API session with it."""
    return open_api_session(session, use_one_time_code(session, command, now=now).actor, now=now)
