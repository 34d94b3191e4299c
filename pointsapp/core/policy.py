"""Policy: caps, windows and switches as versioned rows, never configuration and never a constant in a rule.

A feature declares its policies with default and meaning; a row from an operator replaces the default from its moment on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Select, String, bindparam, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from pointsapp.core.db import Base, instant, ref, row_id, table_of
from pointsapp.core.swift import Swift


class PolicyVersion(Base):
    """One value of one policy from `starts_at` on. Append-only by trigger: what was in force can always be shown."""

    __tablename__ = "policy_version"
    __table_args__ = (Index("ix_policy_version_name_starts", "name", "starts_at"),)

    id: Mapped[row_id]
    name: Mapped[str] = mapped_column(String(60))
    value: Mapped[Any] = mapped_column(JSON)
    starts_at: Mapped[instant]
    set_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    reason: Mapped[str] = mapped_column(String(300), default="")


@dataclass(frozen=True, slots=True)
class Policy:
    """`feature.name`, the value in a fresh database, and what it means (shown on the settings page, Chinese lazy string)."""

    name: str
    default: Any
    meaning: Any


def _in_force() -> Select[tuple[str, Any]]:
    """Build the select of the newest value of each policy at `now`: a handful of rows, whoever asks."""
    versions = table_of(PolicyVersion)
    newest = (
        select(versions.c.name, func.max(versions.c.id).label("id"))
        .where(versions.c.starts_at <= bindparam("now"))
        .group_by(versions.c.name)
        .subquery()
    )
    return select(versions.c.name, versions.c.value).join(newest, newest.c.id == versions.c.id)


_IN_FORCE = Swift(_in_force)
_declared: dict[str, Policy] = {}


def declare(name: str, default: Any, meaning: Any) -> Policy:
    """Declare a policy; call it at module level of the feature's messages.py or policies.py."""
    policy = Policy(name, default, meaning)
    _declared[name] = policy
    return policy


def declared() -> tuple[Policy, ...]:
    return tuple(_declared[name] for name in sorted(_declared))


def values(session: Session, *policies: Policy, now: datetime) -> tuple[Any, ...]:
    """Return the values in force at `now`, in the order asked, with one query."""
    found = {str(row.name): row.value for row in _IN_FORCE.rows(session, now=now)}
    return tuple(found.get(policy.name, policy.default) for policy in policies)


def value(session: Session, policy: Policy, *, now: datetime) -> Any:
    """Return the value of one policy in force at `now`."""
    return values(session, policy, now=now)[0]


def set_value(
    session: Session, policy: Policy, new: Any, *, now: datetime, set_by_id: int | None = None, reason: str = ""
) -> None:
    """Put `new` in force from `now` on."""
    session.add(PolicyVersion(name=policy.name, value=new, starts_at=now, set_by_id=set_by_id, reason=reason))
    session.flush()
