"""No-shows as they are read: the rule in force, a person's own record, what waits for an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below_any
from pointsapp.core import policy
from pointsapp.core.actor import COMMUNITY_STAFF, Actor
from pointsapp.core.db import table_of
from pointsapp.core.masking import mask_name
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.people.models import Person
from pointsapp.tasks.models import NoShow, NoShowState, Shift, Signup, Task
from pointsapp.tasks.policies import NO_SHOW_POLICIES, may_answer_excuse, may_decide_appeal
from pointsapp.tasks.queries.parts import involved
from pointsapp.tasks.rules.no_shows import COUNTING, NoShowRule, counts, pause_ends_at

WAITING = (NoShowState.EXCUSE_ASKED, NoShowState.APPEALED)


def no_show_rule(values: Sequence[Any]) -> NoShowRule:
    """Return the rule from the values of NO_SHOW_POLICIES."""
    most, window, pause, leave = values
    return NoShowRule(most=most, window_days=window or 0, pause_days=pause or 0, leave_minutes=leave or 0)


def rule_in_force(session: Session, *, now: datetime) -> NoShowRule:
    """Return what follows a no-show now; in a fresh database nothing does."""
    return no_show_rule(policy.values(session, *NO_SHOW_POLICIES, now=now))


def paused_until(session: Session, person_id: int, rule: NoShowRule, *, now: datetime) -> datetime | None:
    """Return until when the person may not sign up ahead; nothing is asked where the rule has no consequence."""
    if rule.most is None:
        return None
    return pause_ends_at(rule, counted_ends(session, person_id, rule, now=now), now)


def counted_ends(session: Session, person_id: int, rule: NoShowRule, *, now: datetime) -> tuple[datetime, ...]:
    """Return when the shifts of those no-shows ended that count now. Who was seen there after all is not held to it a minute longer."""
    statement = (
        select(NoShow.shift_ended_at)
        .join(Signup, Signup.id == NoShow.signup_id)
        .where(
            NoShow.person_id == person_id,
            NoShow.shift_ended_at > now - timedelta(days=rule.window_days),
            NoShow.state.in_(COUNTING),
            Signup.arrived_at.is_(None),
        )
    )
    return tuple(session.scalars(statement))


@dataclass(frozen=True, slots=True, kw_only=True)
class NoShowLine:
    """One no-show with everything said and decided. `shown_name` is masked; who is `involved` may not decide the appeal."""

    id: int
    public_id: str
    state: NoShowState
    person_id: int
    shown_name: str
    number_tail: str
    signup: str
    task: str
    title: str
    area_name: str
    area_path: str
    shift: str
    starts_at: datetime
    ends_at: datetime
    noted_at: datetime
    excuse: str | None
    excused_before: bool
    asked_at: datetime | None
    decided_by_id: int | None
    decided_at: datetime | None
    answer: str | None
    appeal: str | None
    appealed_at: datetime | None
    appeal_decided_at: datetime | None
    appeal_answer: str | None
    involved: frozenset[int]

    @property
    def counts(self) -> bool:
        return counts(self.state)

    @property
    def may_explain(self) -> bool:
        return self.state is NoShowState.NOTED

    @property
    def may_appeal(self) -> bool:
        return self.state is NoShowState.COUNTED

    @property
    def waits_since(self) -> datetime | None:
        return {NoShowState.EXCUSE_ASKED: self.asked_at, NoShowState.APPEALED: self.appealed_at}.get(self.state)

    def may_be_answered_by(self, actor: Actor) -> bool:
        if self.state is NoShowState.APPEALED:
            return may_decide_appeal(actor, self.area_path, self.person_id, self.involved)
        return may_answer_excuse(actor, self.area_path, self.person_id)


_OWN = tuple(
    name
    for name in NoShowLine.__dataclass_fields__
    if name in table_of(NoShow).c and name not in ("title", "shift", "task")
)


def _lines() -> Select[Any]:
    return (
        select(
            *(getattr(NoShow, name) for name in _OWN),
            Person.name,
            Person.volunteer_number,
            Signup.public_id.label("signup"),
            Task.public_id.label("task"),
            Task.title,
            Area.name.label("area_name"),
            Area.path.label("area_path"),
            Shift.public_id.label("shift"),
            Shift.starts_at,
            Shift.ends_at,
        )
        .select_from(NoShow)
        .join(Signup, Signup.id == NoShow.signup_id)
        .join(Shift, Shift.id == NoShow.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .join(Area, Area.id == NoShow.area_id)
        .join(Person, Person.id == NoShow.person_id)
    )


def _read(session: Session, statement: Select[Any]) -> list[NoShowLine]:
    rows = session.execute(statement).all()
    parts: dict[int, set[int]] = {}
    if rows:
        for key, person_id in session.execute(involved([row.id for row in rows])):
            parts.setdefault(key, set()).add(person_id)
    found = []
    for row in rows:
        values = row._asdict()
        name, number = values.pop("name"), values.pop("volunteer_number")
        found.append(
            NoShowLine(
                **values,
                shown_name=mask_name(name),
                number_tail=number[-4:],
                involved=frozenset(parts.get(row.id, ())),
            )
        )
    return found


def my_no_shows(session: Session, person_id: int, page: PageRequest) -> Page[NoShowLine]:
    """Return one page of a person's own record, newest first."""
    statement = _lines().where(NoShow.person_id == person_id).order_by(NoShow.id.desc()).limit(page.limit + 1)
    if page.after:
        statement = statement.where(NoShow.id < page.after[0])
    return cut(_read(session, statement), page.limit, lambda line: (line.id,))


def no_show_by_id(session: Session, no_show: str) -> NoShowLine | None:
    """Return what was noted, whoever asks: the caller judges who may read it."""
    found = _read(session, _lines().where(NoShow.public_id == no_show))
    return found[0] if found else None


def no_shows_page(session: Session, actor: Actor, page: PageRequest, *, waiting_only: bool) -> Page[NoShowLine]:
    """Return one page of the no-shows in the areas this person runs: what waits for an answer, longest first, or all, newest first."""
    statement = _lines().where(below_any(Area.path, actor.paths(COMMUNITY_STAFF)))
    if waiting_only:
        statement = statement.where(NoShow.state.in_(WAITING)).order_by(NoShow.id)
    else:
        statement = statement.order_by(NoShow.id.desc())
    if page.after:
        statement = statement.where(NoShow.id > page.after[0] if waiting_only else NoShow.id < page.after[0])
    return cut(_read(session, statement.limit(page.limit + 1)), page.limit, lambda line: (line.id,))


def no_shows_waiting(session: Session, actor: Actor) -> int:
    """Return how many excuses and appeals wait for an answer in the areas this person runs."""
    statement = (
        select(func.count())
        .select_from(NoShow)
        .join(Area, Area.id == NoShow.area_id)
        .where(NoShow.state.in_(WAITING), below_any(Area.path, actor.paths(COMMUNITY_STAFF)))
    )
    return session.scalar(statement) or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NoShowStanding:
    """How the rule stands for one person now."""

    rule: NoShowRule
    counted: int
    paused_until: datetime | None


def no_show_standing(session: Session, person_id: int, *, now: datetime) -> NoShowStanding:
    """Return how many no-shows count against the person now, and until when a pause keeps them from signing up."""
    rule = rule_in_force(session, now=now)
    ends = counted_ends(session, person_id, rule, now=now)
    return NoShowStanding(rule=rule, counted=len(ends), paused_until=pause_ends_at(rule, ends, now))


__all__ = [
    "NoShowLine",
    "NoShowStanding",
    "my_no_shows",
    "no_show_by_id",
    "no_show_rule",
    "no_show_standing",
    "no_shows_page",
    "no_shows_waiting",
    "paused_until",
    "rule_in_force",
]
