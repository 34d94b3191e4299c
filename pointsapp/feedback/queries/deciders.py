"""Who decided what a feedback is about: they do not answer it.

Only what was decided before it was said counts: who looks again because of it may answer it. And only what was decided about who
says it: the address comes from their browser, and nobody is kept out of somebody else's affair. Where nobody else is on duty, who
decided it answers after all, and its steps say so: an answer that can be found wanting is better than none for ever.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Exists, Select, SelectBase, and_, exists, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.core.actor import Role
from pointsapp.core.deciders import all_decisions, decision_at
from pointsapp.feedback.models import Feedback
from pointsapp.feedback.policies import HANDLERS
from pointsapp.feedback.queries.duty import in_office
from pointsapp.people.models import Person, RoleGrant


class Said(Protocol):
    """What is asked of a feedback, its row or its view."""

    @property
    def page(self) -> str: ...
    @property
    def person_id(self) -> int | None: ...
    @property
    def created_at(self) -> datetime: ...


def kept_out(session: Session, row: Said) -> frozenset[int]:
    """Return who does not answer this: who said it, and who had decided what it is about."""
    if row.person_id is None:
        return frozenset()
    return deciders_of(session, row) | {row.person_id}


def deciders_of(session: Session, row: Said) -> frozenset[int]:
    """Return who had decided what stands, about the person, on the page from which they said it."""
    found = decision_at(row.page)
    if found is None or row.person_id is None:
        return frozenset()
    looks = (
        one.where(by.page == row.page, by.person_id == row.person_id, by.at <= row.created_at).with_only_columns(
            by.by_id
        )
        for one, by in ((one, one.selected_columns) for one in found[0].by)
    )
    return frozenset(session.scalars(union_all(*looks)))


def deciders_for(session: Session, feedback_id: int) -> frozenset[int]:
    """Return who had decided what this is about, by its key."""
    return frozenset(session.scalars(union_all(*(look.with_only_columns(by_id) for look, by_id in _of([feedback_id])))))


def barred_from(person_id: int, now: datetime) -> ColumnElement[bool]:
    """Return the condition that this person had decided what a row of Feedback is about, and somebody else is on duty."""
    return and_(_decided_by(literal(person_id)), _somebody_else(now))


def kept_out_each(numbers: Collection[int], now: datetime) -> SelectBase:
    """Select (feedback, person) of who does not answer these, nor read them at the desk: who said it, and who had decided it."""
    said = select(Feedback.id, Feedback.person_id).where(Feedback.id.in_(numbers), Feedback.person_id.is_not(None))
    decided = (
        look.with_only_columns(Feedback.id, by_id).where(_somebody_else(now).correlate(Feedback))
        for look, by_id in _of(numbers)
    )
    return union_all(said, *decided)


def _of(numbers: Collection[int]) -> tuple[tuple[Select[Any], Any], ...]:
    return tuple((_about(one).where(Feedback.id.in_(numbers)), one.selected_columns.by_id) for one in _each())


def _decided_by(person_id: Any, *beside: Any) -> ColumnElement[bool]:
    looks = (_about(one).where(one.selected_columns.by_id == person_id) for one in _each())
    return or_(*(exists(look.correlate(Feedback, *beside)) for look in looks))


def _somebody_else(now: datetime) -> Exists:
    """Return the condition that somebody who has no part in it holds an office at or above the one that has it: see `on_duty`."""
    held, holder, office, here = aliased(RoleGrant), aliased(Person), aliased(Area), aliased(Area)
    return exists(
        select(held.id)
        .join(holder, holder.id == held.person_id)
        .outerjoin(office, office.id == held.area_id)
        .join(here, here.id == Feedback.area_id)
        .where(
            in_office(held, holder, now),
            or_(
                held.role == Role.PLATFORM_ADMIN,
                and_(held.role.in_(HANDLERS), here.path.startswith(office.path)),
            ),
            held.person_id != Feedback.person_id,
            ~_decided_by(held.person_id, held),
        )
        .correlate(Feedback)
    )


def _each() -> tuple[Select[Any], ...]:
    return tuple(one for kind in all_decisions() for one in kind.by)


def _about(one: Select[Any]) -> Select[Any]:
    by = one.selected_columns
    return one.where(by.page == Feedback.page, by.person_id == Feedback.person_id, by.at <= Feedback.created_at)
