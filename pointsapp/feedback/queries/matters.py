"""Feedback as its people see it: one's own, what waits at an office, one with its steps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below_any
from pointsapp.core import clock
from pointsapp.core.actor import Actor, require
from pointsapp.core.masking import mask_name
from pointsapp.core.paging import Page, PageRequest, cut, instant
from pointsapp.feedback.errors import FeedbackUnknown
from pointsapp.feedback.models import Feedback, FeedbackKind, FeedbackState, FeedbackStep, StepKind
from pointsapp.feedback.policies import HANDLERS, may_see_feedback
from pointsapp.feedback.queries.deciders import barred_from, deciders_for
from pointsapp.people.models import Person

OPEN_VIEWS = ("mine", "open", "overdue", "answered", "closed")
MOST_STEPS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackRow:
    """One feedback. `who` is the person's name, empty for a guest; `handler` is empty where nobody is named.

    `is_masked` where the name is not shown whole, or a contact not at all.
    """

    id: int
    public_id: str
    number: str
    kind: FeedbackKind
    text: str
    page: str
    person_id: int | None
    who: str
    secret_hash: str | None
    contact: str
    area: str
    area_path: str
    handler_id: int | None
    handler: str
    state: FeedbackState
    is_satisfied: bool | None
    climbs: int
    created_at: datetime
    due_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None
    is_overdue: bool
    is_masked: bool = False

    @property
    def last_day(self) -> datetime:
        """A moment on the last day within which it is to be answered."""
        return self.due_at - timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One step. `by_decider`: who had decided what it is about has it after all, for nobody else was on duty."""

    id: int
    kind: StepKind
    text: str
    area: str
    handler: str
    by: str
    by_id: int | None
    at: datetime
    due_at: datetime
    by_decider: bool

    @property
    def last_day(self) -> datetime:
        return self.due_at - timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackCounts:
    """How much stands how within somebody's remit; `mine` is what they are named for."""

    mine: int
    open: int
    overdue: int
    answered: int


def _matters() -> Select[*tuple[Any, ...]]:
    who, handler = aliased(Person), aliased(Person)
    return (
        select(Feedback, who.name, Area.name, Area.path, handler.name)
        .outerjoin(who, who.id == Feedback.person_id)
        .join(Area, Area.id == Feedback.area_id)
        .outerjoin(handler, handler.id == Feedback.handler_id)
    )


def _row(found: Any, now: datetime) -> FeedbackRow:
    row, who, area, path, handler = found
    return FeedbackRow(
        id=row.id, public_id=row.public_id, number=row.number, kind=row.kind, text=row.text, page=row.page,
        person_id=row.person_id, who=who or "", secret_hash=row.secret_hash, contact=row.contact, area=area, area_path=path,
        handler_id=row.handler_id, handler=handler or "", state=row.state, is_satisfied=row.is_satisfied, climbs=row.climbs,
        created_at=row.created_at, due_at=row.due_at, answered_at=row.answered_at, closed_at=row.closed_at,
        is_overdue=row.state is FeedbackState.OPEN and row.due_at <= now,
    )  # fmt: skip


def find_feedback(session: Session, number: str, *, now: datetime) -> FeedbackRow:
    """Return the feedback with this number; FeedbackUnknown where there is none. The caller asks who may read it."""
    found = session.execute(_matters().where(Feedback.number == number)).one_or_none()
    if found is None:
        raise FeedbackUnknown()
    return _row(found, now)


def masked(row: FeedbackRow) -> FeedbackRow:
    """Return the feedback as lists and other desks show it: no whole name, and no contact, which is for who answers alone."""
    return replace(row, who=mask_name(row.who), contact="", is_masked=bool(row.who or row.contact))


def steps_of(session: Session, feedback_id: int) -> tuple[StepRow, ...]:
    """Return what happened to a feedback, the oldest first."""
    by, handler = aliased(Person), aliased(Person)
    deciders = deciders_for(session, feedback_id)
    rows = session.execute(
        select(FeedbackStep, Area.name, handler.name, by.name)
        .join(Area, Area.id == FeedbackStep.area_id)
        .outerjoin(handler, handler.id == FeedbackStep.handler_id)
        .outerjoin(by, by.id == FeedbackStep.by_id)
        .where(FeedbackStep.feedback_id == feedback_id)
        .order_by(FeedbackStep.id)
        .limit(MOST_STEPS)
    )
    return tuple(
        StepRow(
            id=step.id, kind=step.kind, text=step.text, area=area, handler=named or "", by=name or "", by_id=step.by_id,
            at=step.at, due_at=step.due_at, by_decider=step.handler_id in deciders,
        )
        for step, area, named, name in rows
    )  # fmt: skip


def my_feedback_page(session: Session, person_id: int, page: PageRequest, *, now: datetime) -> Page[FeedbackRow]:
    """Return what this person said, the newest first."""
    query = _matters().where(Feedback.person_id == person_id).order_by(Feedback.id.desc()).limit(page.limit + 1)
    if page.after:
        query = query.where(Feedback.id < page.after[0])
    return cut([_row(found, now) for found in session.execute(query)], page.limit, lambda row: (row.id,))


def _within(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """What lies within this actor's remit, but nothing of their own, and nothing about what they decided."""
    return and_(
        below_any(Area.path, actor.paths(HANDLERS)),
        or_(Feedback.person_id.is_(None), Feedback.person_id != actor.person_id),
        ~barred_from(actor.person_id, now),
    )


def _view(view: str, actor: Actor, now: datetime) -> ColumnElement[bool]:
    is_open = Feedback.state == FeedbackState.OPEN
    views = {
        "mine": and_(is_open, Feedback.handler_id == actor.person_id),
        "open": is_open,
        "overdue": and_(is_open, Feedback.due_at <= now),
        "answered": Feedback.state == FeedbackState.ANSWERED,
        "closed": Feedback.state.in_((FeedbackState.CLOSED, FeedbackState.WITHDRAWN)),
    }
    return views[view]


def feedback_page(session: Session, actor: Actor, page: PageRequest, *, view: str, now: datetime) -> Page[FeedbackRow]:
    """Return what stands at the offices of one's remit, names and contacts masked, what is due first on top; what is over by the newest."""
    require(may_see_feedback(actor))
    query = _matters().where(_within(actor, now), _view(view, actor, now)).limit(page.limit + 1)
    if view in ("answered", "closed"):
        query = query.order_by(Feedback.id.desc())
        if page.after:
            query = query.where(Feedback.id < page.after[1])
    else:
        query = query.order_by(Feedback.due_at, Feedback.id)
        if page.after:
            due_at, key = instant(page.after[0]), page.after[1]
            query = query.where(or_(Feedback.due_at > due_at, and_(Feedback.due_at == due_at, Feedback.id > key)))
    rows = [masked(_row(found, now)) for found in session.execute(query)]
    return cut(rows, page.limit, lambda row: (row.due_at.isoformat(), row.id))


def feedback_counts(session: Session, actor: Actor, *, now: datetime) -> FeedbackCounts:
    """Count what stands within one's remit, in one statement."""
    numbers = session.execute(
        select(*(func.count().filter(_view(view, actor, now)) for view in OPEN_VIEWS[:4]))
        .select_from(Feedback)
        .join(Area, Area.id == Feedback.area_id)
        .where(_within(actor, now), Feedback.state.in_((FeedbackState.OPEN, FeedbackState.ANSWERED)))
    ).one()
    return FeedbackCounts(mine=numbers[0], open=numbers[1], overdue=numbers[2], answered=numbers[3])


def said_today(session: Session, person_id: int, *, now: datetime) -> int:
    """Count what this person said on the local day of `now`."""
    start, _end = clock.day_bounds(clock.local_day(now))
    query = select(func.count()).where(Feedback.person_id == person_id, Feedback.created_at >= start)
    return session.scalar(query) or 0


def said_by_guests(session: Session, *, now: datetime) -> int:
    """Count what guests said within the last hour."""
    hour = now - timedelta(hours=1)
    query = select(func.count()).where(Feedback.person_id.is_(None), Feedback.created_at > hour)
    return session.scalar(query) or 0
