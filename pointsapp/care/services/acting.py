"""Doing something for somebody: the consent is judged each time, the act is the person's own, and it is on record with both names.

The service that is called is the one the person's own page calls, with the person as the one who acts: every rule (places, clashes,
points, limits) is theirs. Beside it stands a row and an event that name the helper.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from pointsapp.care.errors import MandateOver, OwnShop, SpendingNotAllowed
from pointsapp.care.models import Act, HelpAct, Mandate
from pointsapp.care.policies import may_act_for
from pointsapp.core import events
from pointsapp.core.actor import Actor
from pointsapp.core.errors import NotFound, Refused
from pointsapp.merchants.queries import offer_view
from pointsapp.people.queries import load_actor
from pointsapp.redemption.queries import VoucherView, voucher_by_public_id
from pointsapp.redemption.services import cancel_voucher, issue_voucher
from pointsapp.tasks.errors import NothingToExcuse
from pointsapp.tasks.queries import SignupRow, shift_brief, signup_by_id
from pointsapp.tasks.services import (
    NoShowReceipt,
    SignupReceipt,
    accept_offer,
    ask_excuse,
    cancel_signup,
    sign_up,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveFor:
    """`signup` is a public id; `reason` is what the organiser reads."""

    signup: str
    reason: str


def open_mandate(session: Session, actor: Actor, mandate: str, *, now: datetime) -> str:
    """Begin to act; looking at somebody's points is on record like everything else. Return the mandate's public id."""
    row, person = mandate_in_force(session, actor, mandate, now=now)
    _record(session, row, person, Act.OPENED, "", "", now)
    return row.public_id


def sign_up_for(session: Session, actor: Actor, mandate: str, shift: str, *, now: datetime) -> SignupReceipt:
    """Take a place for the person, or put them in the queue: judged as if they had asked themself."""
    row, person = mandate_in_force(session, actor, mandate, now=now)
    receipt = sign_up(session, person, shift, now=now)
    return _recorded(session, row, person, Act.SIGNED_UP, receipt, now)


def cancel_for(session: Session, actor: Actor, mandate: str, signup: str, *, now: datetime) -> SignupReceipt:
    """Give the person's place back while one may; later it takes a reason (`take_leave_for`)."""
    row, person = mandate_in_force(session, actor, mandate, now=now)
    _must_be_theirs(session, person, signup)
    receipt = cancel_signup(session, person, signup, now=now)
    return _recorded(session, row, person, Act.CANCELLED, receipt, now)


def accept_place_for(
    session: Session, actor: Actor, mandate: str, signup: str, *, now: datetime
) -> SignupReceipt | Refused:
    """Say yes to the place that somebody was offered from the waiting list, before it runs out."""
    row, person = mandate_in_force(session, actor, mandate, now=now)
    _must_be_theirs(session, person, signup)
    receipt = accept_offer(session, person, signup, now=now)
    if isinstance(receipt, Refused):
        return receipt
    return _recorded(session, row, person, Act.SIGNED_UP, receipt, now)


def take_leave_for(session: Session, actor: Actor, mandate: str, command: LeaveFor, *, now: datetime) -> NoShowReceipt:
    """Tell why somebody cannot come once it is too late to cancel: the place goes to the next at once."""
    row, person = mandate_in_force(session, actor, mandate, now=now)
    mine = _must_be_theirs(session, person, command.signup)
    brief = shift_brief(session, mine.shift_id)
    if brief is None or brief.ends_at <= now:  # what they say afterwards is for themselves to say
        raise NothingToExcuse()
    receipt = ask_excuse(session, person, command.signup, command.reason, now=now)
    if receipt.place_given_back:
        _record(session, row, person, Act.CANCELLED, brief.title, f"signup:{mine.id}", now)
    return receipt


def take_voucher_for(session: Session, actor: Actor, mandate: str, offer: str, *, now: datetime) -> VoucherView:
    """Turn the person's points into a voucher: only with consent to spend, and never in a shop the helper works for."""
    row, person = mandate_in_force(session, actor, mandate, now=now)
    if not row.may_spend:
        raise SpendingNotAllowed()
    seen = offer_view(session, offer, now=now)
    if seen is not None and actor.works_for(seen.merchant_id):
        raise OwnShop()
    voucher = issue_voucher(session, person, offer, now=now)
    _record(
        session, row, person, Act.TOOK_VOUCHER, voucher.offer.title, f"voucher:{voucher.id or voucher.public_id}", now
    )
    return voucher


def give_back_for(session: Session, actor: Actor, mandate: str, voucher: str, *, now: datetime) -> VoucherView:
    """Give a voucher back, and the person has the points again: this needs no consent to spend."""
    row, person = mandate_in_force(session, actor, mandate, now=now)
    found = voucher_by_public_id(session, voucher, now=now)
    if found is None or found.person_id != person.person_id:
        raise NotFound()
    done = cancel_voucher(session, person, voucher, now=now)
    if not done.is_repeat:
        _record(session, row, person, Act.GAVE_BACK, done.offer.title, f"voucher:{done.id}", now)
    return done


def note_print(
    session: Session, actor: Actor, mandate: str, what: Act, voucher: str | None = None, *, now: datetime
) -> str:
    """Put on record that something was printed; return the mandate's public id."""
    row, person = mandate_in_force(session, actor, mandate, now=now)
    title = subject = ""
    if voucher is not None:
        found = voucher_by_public_id(session, voucher, now=now)
        if found is None or found.person_id != person.person_id:
            raise NotFound()
        title, subject = found.offer.title, f"voucher:{found.id}"
    _record(session, row, person, what, title, subject, now)
    return row.public_id


def mandate_in_force(session: Session, actor: Actor, mandate: str, *, now: datetime) -> tuple[Mandate, Actor]:
    """Return the mandate and whom it is for; NotFound unless it is the actor's, MandateOver when it holds no more."""
    row = session.scalars(
        select(Mandate).where(Mandate.public_id == mandate, Mandate.helper_id == actor.person_id)
    ).one_or_none()
    if row is None:
        raise NotFound()
    person = load_actor(session, row.person_id, now=now)
    if person is None or not may_act_for(actor, row, now=now):
        raise MandateOver()
    return row, person


def _must_be_theirs(session: Session, person: Actor, signup: str) -> SignupRow:
    mine = signup_by_id(session, signup)
    if mine is None or mine.person_id != person.person_id:
        raise NotFound()
    return mine


def _recorded(
    session: Session, row: Mandate, person: Actor, act: Act, receipt: SignupReceipt, now: datetime
) -> SignupReceipt:
    """Put on record what became of a sign-up; of a repeat nothing, it is on record already."""
    if not receipt.is_repeat:
        brief = shift_brief(session, receipt.shift_id)
        _record(session, row, person, act, brief.title if brief else "", f"signup:{receipt.signup_id}", now)
    return receipt


def _record(session: Session, row: Mandate, person: Actor, act: Act, title: str, subject: str, now: datetime) -> None:
    session.execute(
        insert(HelpAct).values(
            mandate_id=row.id,
            person_id=row.person_id,
            helper_id=row.helper_id,
            at=now,
            act=act,
            title=title[:120],
            subject=subject[:60],
        )
    )
    events.record(
        session,
        "care.acted",
        at=now,
        subject=f"mandate:{row.id}",
        area_id=person.home_area_id,
        person_id=row.person_id,
        actor_id=row.helper_id,
        act=act.value,
        title=title,
    )
