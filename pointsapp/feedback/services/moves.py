"""What every step of a feedback shares: the row under its number, the step that stays, and the news of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import ids_in
from pointsapp.core import clock, events
from pointsapp.core.policy import Policy
from pointsapp.feedback.errors import FeedbackUnknown
from pointsapp.feedback.models import Feedback, FeedbackState, FeedbackStep, StepKind
from pointsapp.feedback.queries.deciders import kept_out
from pointsapp.feedback.queries.duty import on_duty
from pointsapp.feedback.rules import Office, next_office, root_office
from pointsapp.stars.queries.days import days_after

LAST_MOMENT = timedelta(seconds=1)  # "by the 27th" is said by a moment on the 27th


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackReceipt:
    number: str
    state: FeedbackState
    is_repeat: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOn(FeedbackReceipt):
    """`office` is the name of the one that has it now."""

    office: str


def receipt(row: Feedback, *, is_repeat: bool = False) -> FeedbackReceipt:
    return FeedbackReceipt(number=row.number, state=row.state, is_repeat=is_repeat)


def load(session: Session, number: str) -> tuple[Feedback, str]:
    """Return the feedback as it stands now, and the path of the office that has it."""
    found = session.execute(
        select(Feedback, Area.path)
        .join(Area, Area.id == Feedback.area_id)
        .where(Feedback.number == number)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise FeedbackUnknown()
    return found[0], found[1]


def step(
    session: Session, row: Feedback, kind: StepKind, by_id: int | None, *, said: str = "", now: datetime
) -> FeedbackStep:
    """Write down a step; the row already stands as it does after it."""
    line = FeedbackStep(
        feedback_id=row.id, kind=kind, text=said, area_id=row.area_id, handler_id=row.handler_id, by_id=by_id, at=now,
        due_at=row.due_at,
    )  # fmt: skip
    session.add(line)
    session.flush()
    return line


def last_step(session: Session, row: Feedback) -> FeedbackStep:
    """Return the newest step of a matter; its first is written together with it, so there is one."""
    query = select(FeedbackStep).where(FeedbackStep.feedback_id == row.id).order_by(FeedbackStep.id.desc())
    return session.scalars(query.limit(1)).one()


def tell_person(session: Session, row: Feedback, kind: str, by_id: int | None, *, now: datetime, **facts: Any) -> None:
    """Record news for who said it; a guest has nobody to tell and looks it up."""
    _record(session, row, kind, row.person_id, by_id, now, facts)


def tell_handler(session: Session, row: Feedback, by_id: int | None, *, now: datetime, **facts: Any) -> None:
    """Record that it waits for somebody now; what they took themself is no news."""
    _record(session, row, "feedback.assigned", row.handler_id, by_id, now, facts)


def _record(
    session: Session, row: Feedback, kind: str, person_id: int | None, by_id: int | None, now: datetime, facts: Any
) -> None:
    events.record(
        session, kind, at=now, subject=f"feedback:{row.id}", area_id=row.area_id, person_id=person_id, actor_id=by_id,
        number=row.number, due_at=(row.due_at - LAST_MOMENT).isoformat(), **facts,
    )  # fmt: skip


def due_end(session: Session, count: Policy, *, now: datetime) -> datetime:
    """Return the end of the last working day within which an answer is due."""
    return days_after(session, clock.local_day(now), count, now=now)


def office_above(session: Session, row: Feedback, path: str, *, now: datetime) -> Office | None:
    """Return the office that it climbs to, None where nothing stands above."""
    chain = ids_in(path)
    duty = on_duty(session, chain, but_not=kept_out(session, row), now=now)
    office = next_office(chain, row.area_id, duty)
    return office and with_somebody(session, row, office, chain, now=now)


def with_somebody(session: Session, row: Feedback, office: Office, chain: Sequence[int], *, now: datetime) -> Office:
    """Return `office`; where nobody else is on duty up to the root, with who there decided what it is about: never with nobody."""
    if office.handler_id is not None or row.person_id is None:
        return office
    return root_office(chain, on_duty(session, chain, but_not={row.person_id}, now=now))
