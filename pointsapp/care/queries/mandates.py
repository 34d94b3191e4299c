"""Mandates and what was done with them, as each side reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from pointsapp.care.models import Act, Consent, HelpAct, Mandate, MandateState
from pointsapp.care.policies import is_in_force
from pointsapp.people.models import Person

SHOWN = 30
_person, _helper = aliased(Person), aliased(Person)


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateLine:
    """One mandate; names in full, for the two it joins and the desk that recorded it."""

    public_id: str
    person_id: int
    person_public_id: str
    person_name: str
    helper_name: str
    helper_phone: str | None
    state: MandateState
    consent: Consent
    note: str
    may_spend: bool
    is_desk: bool
    asked_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ActLine:
    at: datetime
    act: Act
    title: str
    helper_name: str


def _select() -> Any:
    return (
        select(Mandate, _person.name, _person.public_id, _helper.name, _helper.phone)
        .join(_person, _person.id == Mandate.person_id)
        .join(_helper, _helper.id == Mandate.helper_id)
        .order_by(Mandate.id.desc())
        .limit(SHOWN)
    )


def _lines(session: Session, statement: Any, now: datetime) -> tuple[MandateLine, ...]:
    return tuple(
        MandateLine(
            public_id=row.public_id,
            person_id=row.person_id,
            person_public_id=person_public_id,
            person_name=person_name,
            helper_name=helper_name,
            helper_phone=helper_phone,
            state=row.state if row.state is not MandateState.OPEN or row.ends_at > now else MandateState.ENDED,
            consent=row.consent,
            note=row.note,
            may_spend=row.may_spend,
            is_desk=row.is_desk,
            asked_at=row.asked_at,
            ends_at=row.ends_at,
            ended_at=row.ended_at or (row.ends_at if row.ends_at <= now else None),
            is_open=is_in_force(row, now=now),
        )
        for row, person_name, person_public_id, helper_name, helper_phone in session.execute(statement)
    )


def mandates_given(session: Session, person_id: int, *, now: datetime) -> tuple[MandateLine, ...]:
    """Return whom the person let act for them, newest first."""
    return _lines(session, _select().where(Mandate.person_id == person_id), now)


def mandates_held(session: Session, helper_id: int, *, now: datetime) -> tuple[MandateLine, ...]:
    """Return for whom the helper may act, or was asked to, newest first; visits at the desk are left out."""
    return _lines(
        session,
        _select().where(
            Mandate.helper_id == helper_id, Mandate.is_desk.is_(False), Mandate.state != MandateState.ENDED
        ),
        now,
    )


def mandate_for(session: Session, helper_id: int, public_id: str, *, now: datetime) -> MandateLine | None:
    """Return one mandate of this helper."""
    found = _lines(session, _select().where(Mandate.helper_id == helper_id, Mandate.public_id == public_id), now)
    return found[0] if found else None


def acts_on(session: Session, person_id: int) -> tuple[ActLine, ...]:
    """Return what helpers did for the person lately, newest first."""
    rows = session.execute(
        select(HelpAct.at, HelpAct.act, HelpAct.title, Person.name.label("helper_name"))
        .join(Person, Person.id == HelpAct.helper_id)
        .where(HelpAct.person_id == person_id)
        .order_by(HelpAct.id.desc())
        .limit(SHOWN)
    )
    return tuple(ActLine(**row) for row in rows.mappings())
