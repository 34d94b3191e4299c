"""What people say about us, and what they say about the answer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pointsapp.areas.queries import area_by_id, ids_in, require_area
from pointsapp.core import clock, policy
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import Conflict
from pointsapp.core.locks import LockKind, lock
from pointsapp.core.states import move
from pointsapp.feedback.errors import AnswerIsOld, FeedbackUnknown, GuestsTooMany, PlaceMissing, TooMuchAtOnce
from pointsapp.feedback.models import Feedback, FeedbackKind, FeedbackState, StepKind
from pointsapp.feedback.policies import CLIMBED_DAYS, DUE_DAYS, GUESTS_PER_HOUR, MOST_PER_DAY, VERDICT_DAYS
from pointsapp.feedback.queries.deciders import kept_out
from pointsapp.feedback.queries.duty import on_duty
from pointsapp.feedback.queries.matters import said_by_guests, said_today
from pointsapp.feedback.rules import first_office, nearest_office
from pointsapp.feedback.services.moves import (
    FeedbackReceipt,
    due_end,
    last_step,
    load,
    office_above,
    receipt,
    step,
    tell_handler,
    tell_person,
    with_somebody,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SayFeedback:
    """`area` is an id or a code, empty for one's home area. `number` and `secret` are fresh codes, made at the door."""

    kind: FeedbackKind
    text: str
    number: str
    secret: str = field(repr=False)
    area: str = ""
    contact: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the person says of the answer; `text` says what is wanting."""

    number: str
    is_satisfied: bool
    text: str = ""


def secret_hash(number: str, secret: str) -> str:
    """Return what is stored of a guest's secret. Plain SHA-256: 45 random bits beside the number, and guessing is counted."""
    return hashlib.sha256(f"feedback:{number}:{secret}".encode()).hexdigest()


def say_feedback(session: Session, actor: Actor | None, command: SayFeedback, *, now: datetime) -> FeedbackReceipt:
    """Take it down, give it to an office with a day, and tell who is to answer. `actor` None is a guest."""
    person_id = actor.person_id if actor else None
    _must_be_few(session, person_id, now)
    place = require_area(session, command.area) if command.area else None
    if place is None and actor is not None and actor.home_area_id is not None:
        place = area_by_id(session, actor.home_area_id)
    if place is None:
        raise PlaceMissing()
    chain = ids_in(place.path)
    row = Feedback(
        number=command.number,
        kind=command.kind,
        text=command.text,
        page=command.page,
        person_id=person_id,
        secret_hash=secret_hash(command.number, command.secret) if person_id is None else None,
        contact=command.contact,
        about_area_id=place.id,
        created_at=now,
        due_at=due_end(session, DUE_DAYS, now=now),
    )
    above = None
    if (
        command.kind is FeedbackKind.CONDUCT
    ):  # about those who work here: one office higher than theirs, whoever is kept out
        above = nearest_office(chain, on_duty(session, chain, but_not=(), now=now))
    office = first_office(chain, on_duty(session, chain, but_not=kept_out(session, row), now=now), above=above)
    office = with_somebody(session, row, office, chain, now=now)
    row.area_id, row.handler_id = office.area_id, office.handler_id
    session.add(row)
    session.flush()
    step(session, row, StepKind.RECEIVED, person_id, now=now)
    tell_handler(session, row, None, now=now)  # the house hands it on: who speaks for themself acts upon nobody
    return receipt(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestReceipt:
    """`code` is the secret, told this once."""

    number: str
    code: str
    state: FeedbackState


def say_as_guest(session: Session, command: SayFeedback, *, now: datetime) -> GuestReceipt:
    """Take down what somebody says who is not signed in; they follow it by number and code."""
    done = say_feedback(session, None, command, now=now)
    return GuestReceipt(number=done.number, code=command.secret, state=done.state)


def _must_be_few(session: Session, person_id: int | None, now: datetime) -> None:
    """Refuse who has said enough for today, and guests together beyond what can be read within an hour."""
    lock(session, LockKind.FEEDBACK, person_id or 0)
    of_person, of_guests = policy.values(session, MOST_PER_DAY, GUESTS_PER_HOUR, now=now)
    if person_id is not None:
        if said_today(session, person_id, now=now) >= of_person:
            _start, tomorrow = clock.day_bounds(clock.local_day(now))
            raise TooMuchAtOnce(most=of_person, retry_after=int((tomorrow - now).total_seconds()))
    elif said_by_guests(session, now=now) >= of_guests:
        raise GuestsTooMany(retry_after=600)


def give_verdict(
    session: Session, actor: Actor | None, command: Verdict, secret: str | None, *, now: datetime
) -> FeedbackReceipt:
    """Say whether the answer is enough: satisfied closes it, not satisfied carries it to the office above.

    `secret` is the hash a guest's browser holds. At the root nothing stands above: then it closes as not satisfied, on record.
    """
    row, path = load(session, command.number)
    _must_be_own(actor, row, secret)
    by_id = actor.person_id if actor and row.person_id is not None else None
    if row.state is not FeedbackState.ANSWERED:
        if _is_said_again(session, row, command):
            return receipt(row, is_repeat=True)
        raise Conflict()
    days = policy.value(session, VERDICT_DAYS, now=now)
    if row.answered_at is not None and now > row.answered_at + timedelta(days=days):
        raise AnswerIsOld(days=days)
    if command.is_satisfied:
        move(session, row, FeedbackState.CLOSED, closed_at=now, is_satisfied=True)
        step(session, row, StepKind.SATISFIED, by_id, said=command.text, now=now)
        return receipt(row)
    office = office_above(session, row, path, now=now)
    if office is None:
        move(session, row, FeedbackState.CLOSED, closed_at=now, is_satisfied=False)
        step(session, row, StepKind.DISSATISFIED, by_id, said=command.text, now=now)
        return receipt(row)
    move(
        session, row, FeedbackState.OPEN, area_id=office.area_id, handler_id=office.handler_id, is_satisfied=False,
        climbs=row.climbs + 1, due_at=due_end(session, CLIMBED_DAYS, now=now), answered_at=None, late_at=None,
    )  # fmt: skip
    step(session, row, StepKind.DISSATISFIED, by_id, said=command.text, now=now)
    tell_handler(session, row, None, now=now)
    tell_person(session, row, "feedback.climbed", by_id, now=now)
    return receipt(row)


def withdraw_feedback(
    session: Session, actor: Actor | None, number: str, secret: str | None, *, now: datetime
) -> FeedbackReceipt:
    """Take it back before it was answered; what was said stays on record."""
    row, _path = load(session, number)
    _must_be_own(actor, row, secret)
    if row.state is FeedbackState.WITHDRAWN:
        return receipt(row, is_repeat=True)
    if row.state is not FeedbackState.OPEN:
        raise Conflict()
    move(session, row, FeedbackState.WITHDRAWN, closed_at=now)
    step(session, row, StepKind.WITHDRAWN, actor.person_id if actor and row.person_id else None, now=now)
    return receipt(row)


def _must_be_own(actor: Actor | None, row: Feedback, secret: str | None) -> None:
    """Whoever it is not does not learn that it exists."""
    is_own = actor is not None and row.person_id is not None and actor.person_id == row.person_id
    holds = row.secret_hash is not None and secret == row.secret_hash
    require(is_own or holds, FeedbackUnknown())


def _is_said_again(session: Session, row: Feedback, command: Verdict) -> bool:
    last = last_step(session, row)
    kind = StepKind.SATISFIED if command.is_satisfied else StepKind.DISSATISFIED
    return last.kind is kind and last.text == command.text
