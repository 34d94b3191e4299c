"""Set a policy: a new version from now on, with who and why, the old one stays on record. Have the worker try again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pointsapp.core import events, policy
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import NotFound
from pointsapp.core.events import EventDelivery
from pointsapp.home.errors import PolicyValueWrong
from pointsapp.home.policies import may_retry_deliveries, may_set_policy
from pointsapp.home.queries.deliveries import GIVEN_UP
from pointsapp.home.queries.settings import named_policy
from pointsapp.home.rules import kind_of, read_value


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPolicy:
    """The value as typed, and why it changes."""

    value: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyReceipt:
    name: str
    value: Any
    is_repeat: bool


def set_policy(session: Session, actor: Actor, name: str, command: SetPolicy, *, now: datetime) -> PolicyReceipt:
    """Put a new value in force from now on. The value that is in force already changes nothing."""
    require(may_set_policy(actor))
    declared = named_policy(name)
    try:
        new = read_value(kind_of(declared.default), command.value)
    except ValueError:
        raise PolicyValueWrong() from None
    if new == policy.value(session, declared, now=now):
        return PolicyReceipt(name=name, value=new, is_repeat=True)
    policy.set_value(session, declared, new, now=now, set_by_id=actor.person_id, reason=command.reason)
    events.record(
        session, "home.policy_set", at=now, subject=f"policy:{name}", actor_id=actor.person_id, policy=name, value=new
    )
    return PolicyReceipt(name=name, value=new, is_repeat=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryDelivery:
    """Which event, and who could not hear it."""

    event_id: int
    subscriber: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryReceipt:
    event_id: int
    subscriber: str
    is_repeat: bool  # it was set going already, or has arrived since


def retry_delivery(session: Session, actor: Actor, command: RetryDelivery, *, now: datetime) -> RetryReceipt:
    """Let the worker try a delivery it gave up from the start again. Doing it twice changes nothing more."""
    require(may_retry_deliveries(actor))
    which = (EventDelivery.event_id == command.event_id, EventDelivery.subscriber == command.subscriber)
    if session.scalar(select(EventDelivery.event_id).where(*which)) is None:
        raise NotFound()
    found = session.execute(
        update(EventDelivery)
        .where(*which, *GIVEN_UP)
        .values(tries=0, due_at=now)
        .returning(EventDelivery.event_id)
        .execution_options(synchronize_session=False)
    ).all()
    if found:
        events.record(
            session,
            "home.delivery_retried",
            at=now,
            subject=f"event:{command.event_id}",
            actor_id=actor.person_id,
            subscriber=command.subscriber,
        )
    return RetryReceipt(event_id=command.event_id, subscriber=command.subscriber, is_repeat=not found)
