"""What erasing a person would do: what goes, what stays and why, what would be brought to an end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import personal, policy
from pointsapp.core.personal import Fate
from pointsapp.people.queries import roles_of
from pointsapp.privacy.models import Erasure, ErasureState
from pointsapp.privacy.policies import GRACE_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureView:
    """A request that waits; `is_own`: asked by the person themself."""

    asked_at: datetime
    due_at: datetime
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """`ends` are sentences, `goes` names of things, `stays` (names, why); `roles` held must be handed over first."""

    waiting: ErasureView | None
    ends: tuple[str, ...]
    goes: tuple[str, ...]
    stays: tuple[tuple[tuple[str, ...], str], ...]
    roles: int
    days: int


def erasure_of(session: Session, person_id: int) -> ErasureView | None:
    """Return the person's request that waits, None without one."""
    row = session.scalars(
        select(Erasure).where(Erasure.person_id == person_id, Erasure.state == ErasureState.WAITING)
    ).one_or_none()
    if row is None:
        return None
    return ErasureView(asked_at=row.asked_at, due_at=row.due_at, is_own=row.asked_by_id == row.person_id)


def leaving_page(session: Session, person_id: int, *, now: datetime) -> Leaving:
    """Return all that somebody should know before they leave."""
    closings = personal.closings()
    counted = zip(closings, personal.count_open(session, closings, person_id, now=now), strict=True)
    goes, stays = dict[str, None](), dict[str, dict[str, None]]()
    # Who they are comes first, whatever the order of features.
    for part in sorted(personal.holdings(), key=lambda part: part.table != "person"):
        if part.fate is Fate.GOES or part.table == "person":
            goes[str(part.label)] = None
        else:
            stays.setdefault(str(part.why), {})[str(part.label)] = None
    return Leaving(
        waiting=erasure_of(session, person_id),
        ends=tuple(_say(each.label, number) for each, number in counted if number),
        goes=tuple(goes),
        stays=tuple((tuple(labels), why) for why, labels in stays.items()),
        roles=len(roles_of(session, person_id, now=now, and_coming=True)),
        days=int(policy.value(session, GRACE_DAYS, now=now)),
    )


def _say(label: Any, number: int) -> str:
    return str(label) % {"n": f"{number:,}"}
