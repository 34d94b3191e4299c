"""Set a policy: a new version from now on, with who and why. What was in force before stays on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from pointsapp.core import events, policy
from pointsapp.core.actor import Actor, require
from pointsapp.home.errors import PolicyValueWrong
from pointsapp.home.policies import may_set_policy
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
