"""Who may act for whom: given in one's own account or recorded at the desk, accepted, and ended by either side at any moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pointsapp.care.errors import MandateExists, MandateOver
from pointsapp.care.messages import HELPER_UNKNOWN, NOT_ONESELF
from pointsapp.care.models import Consent, Mandate, MandateState
from pointsapp.care.policies import DESK_MINUTES, MANDATE_DAYS, may_record
from pointsapp.care.services.desk import person_at_desk
from pointsapp.core import events, policy
from pointsapp.core.actor import Actor
from pointsapp.core.errors import Forbidden, Invalid, NotFound
from pointsapp.core.states import move
from pointsapp.people.models import Person
from pointsapp.people.queries import standing_of


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMandate:
    """`who` is a phone or a volunteer number, in full: nobody looks somebody up here."""

    who: str
    days: int
    may_spend: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMandate:
    """`person` is a public id, `who` a phone or a volunteer number; `note` is what staff saw and heard."""

    person: str
    who: str
    days: int
    may_spend: bool
    consent: Consent
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateReceipt:
    public_id: str
    person_id: int
    helper_id: int


def offer_mandate(session: Session, actor: Actor, command: OfferMandate, *, now: datetime) -> MandateReceipt:
    """Let somebody act for oneself; it holds once they say yes."""
    helper_id = _helper(session, command.who, actor.person_id)
    row = _new(session, actor.person_id, helper_id, now)
    row.state, row.consent, row.may_spend = MandateState.OFFERED, Consent.OWN, command.may_spend
    row.recorded_by_id, row.ends_at = actor.person_id, now + timedelta(days=_days(session, command.days, now))
    return _keep(session, row, actor, "care.mandate_offered", told_id=helper_id, now=now)


def record_mandate(session: Session, actor: Actor, command: RecordMandate, *, now: datetime) -> MandateReceipt:
    """Staff write down whom the person before them lets act: never themself, for that they start a visit (`start_desk`)."""
    person = person_at_desk(session, actor, command.person, may_record, now=now)
    helper_id = _helper(session, command.who, person.id)
    if helper_id == actor.person_id:
        raise Forbidden()
    row = _new(session, person.id, helper_id, now)
    row.state, row.consent, row.may_spend = MandateState.OPEN, command.consent, command.may_spend
    row.note, row.recorded_by_id, row.starts_at = command.note, actor.person_id, now
    row.ends_at = now + timedelta(days=_days(session, command.days, now))
    return _keep(session, row, actor, "care.mandate_recorded", told_id=person.id, now=now)


def start_desk(session: Session, actor: Actor, person: str, note: str, *, now: datetime) -> MandateReceipt:
    """Staff act for who stands before them, for this visit: it ends by itself within the hour."""
    found = person_at_desk(session, actor, person, may_record, now=now)
    row = _new(session, found.id, actor.person_id, now)
    row.state, row.consent, row.may_spend, row.is_desk = MandateState.OPEN, Consent.SPOKEN, True, True
    row.note, row.recorded_by_id, row.starts_at = note, actor.person_id, now
    row.ends_at = now + timedelta(minutes=int(policy.value(session, DESK_MINUTES, now=now)))
    return _keep(session, row, actor, "care.desk_started", told_id=found.id, now=now)


def accept_mandate(session: Session, actor: Actor, public_id: str, *, now: datetime) -> MandateReceipt:
    """Say yes to acting for somebody."""
    row = _mine(session, public_id, actor.person_id, only_helper=True)
    if row.state is MandateState.ENDED or row.ends_at <= now:
        raise MandateOver()
    if row.state is MandateState.OFFERED:
        move(session, row, MandateState.OPEN, starts_at=now)
        return _keep(session, row, actor, "care.mandate_accepted", told_id=row.person_id, now=now)
    return _receipt(row)


def end_mandate(session: Session, actor: Actor, public_id: str, *, now: datetime) -> MandateReceipt:
    """End it at once: the person, the helper, or staff on the person's word. A repeat changes nothing."""
    row = session.scalars(select(Mandate).where(Mandate.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound()
    is_party = actor.person_id in (row.person_id, row.helper_id)
    if not is_party and not may_record(actor, standing_of(session, row.person_id, now=now)):
        raise NotFound()
    if row.state is MandateState.ENDED:
        return _receipt(row)
    move(session, row, MandateState.ENDED, ended_at=now, ended_by_id=actor.person_id)
    told = row.helper_id if actor.person_id == row.person_id else row.person_id
    return _keep(session, row, actor, "care.mandate_ended", told_id=told, now=now)


def _helper(session: Session, who: str, person_id: int) -> int:
    found = session.scalar(
        select(Person.id).where(or_(Person.phone == who, Person.volunteer_number == who), Person.erased_at.is_(None))
    )
    if found is None:
        raise Invalid({"who": [str(HELPER_UNKNOWN)]})
    if found == person_id:
        raise Invalid({"who": [str(NOT_ONESELF)]})
    return int(found)


def _days(session: Session, wanted: int, now: datetime) -> int:
    return max(1, min(wanted, int(policy.value(session, MANDATE_DAYS, now=now))))


def _new(session: Session, person_id: int, helper_id: int, now: datetime) -> Mandate:
    """Return a row to fill; what has run out or was only for a visit gives way, what still holds stands in its way."""
    live = session.scalars(
        select(Mandate)
        .where(Mandate.person_id == person_id, Mandate.helper_id == helper_id, Mandate.state != MandateState.ENDED)
        .with_for_update()
    ).one_or_none()
    if live is not None:
        if live.ends_at > now and not live.is_desk:
            raise MandateExists()
        move(session, live, MandateState.ENDED, ended_at=min(now, live.ends_at))
    return Mandate(person_id=person_id, helper_id=helper_id, note="", is_desk=False, asked_at=now)


def _mine(session: Session, public_id: str, person_id: int, *, only_helper: bool) -> Mandate:
    row = session.scalars(select(Mandate).where(Mandate.public_id == public_id)).one_or_none()
    if row is None or person_id not in ((row.helper_id,) if only_helper else (row.helper_id, row.person_id)):
        raise NotFound()
    return row


def _receipt(row: Mandate) -> MandateReceipt:
    return MandateReceipt(public_id=row.public_id, person_id=row.person_id, helper_id=row.helper_id)


def _keep(session: Session, row: Mandate, actor: Actor, kind: str, *, told_id: int, now: datetime) -> MandateReceipt:
    session.add(row)
    session.flush()
    events.record(
        session, kind, at=now, subject=f"mandate:{row.id}", person_id=told_id, actor_id=actor.person_id,
        for_id=row.person_id, helper_id=row.helper_id,
    )  # fmt: skip
    return _receipt(row)
