"""Who decided what a feedback is about: they do not answer it.

Only what was decided before it was said counts: who looks again because of it may answer it. And only what was decided about who
says it: the address comes from their browser, and nobody is kept out of somebody else's affair.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, SelectBase, exists, or_, union_all
from sqlalchemy.orm import Session

from pointsapp.core.deciders import all_decisions, decision_at
from pointsapp.feedback.models import Feedback


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


def decided_by(person_id: int) -> ColumnElement[bool]:
    """Return the condition that this person had decided what a row of Feedback is about."""
    looks = (_about(one).where(one.selected_columns.by_id == person_id) for one in _each())
    return or_(*(exists(look.correlate(Feedback)) for look in looks))


def decided_each(numbers: Collection[int], _now: datetime) -> SelectBase:
    """Select (feedback, person) of who had decided what these are about."""
    return union_all(
        *(
            _about(one).where(Feedback.id.in_(numbers)).with_only_columns(Feedback.id, one.selected_columns.by_id)
            for one in _each()
        )
    )


def _each() -> tuple[Select[Any], ...]:
    return tuple(one for kind in all_decisions() for one in kind.by)


def _about(one: Select[Any]) -> Select[Any]:
    by = one.selected_columns
    return one.where(by.page == Feedback.page, by.person_id == Feedback.person_id, by.at <= Feedback.created_at)
