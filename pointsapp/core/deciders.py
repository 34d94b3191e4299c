"""What a feature says about its decisions that somebody may complain of; wiring.py hands it to the feedback desk.

A feature's room `deciders.py` holds DECISIONS: the page on which a person reads what was decided about them, and who decided it. So
nobody is handed a complaint about what they decided themself, and feedback knows no feature by name. What a complaint is about is
told by the address it was written from (`feedback.page`); each kind is a select of the same columns, so that a list is one statement.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, literal
from sqlalchemy.orm import Session

from pointsapp.core.actor import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """One kind of decision.

    `page` is where the person reads it; a `page` that ends with "/" is followed by the thing's public id. Each of `by` selects
    `decision_columns(…)`: one row for each person who may read it there as theirs and each who decided it. `endpoint` is the
    console's page, `opens(session, actor, public_id)` the values of its address, None for whom it does not open.
    """

    name: Any
    page: str
    by: tuple[Select[Any], ...]
    endpoint: str
    opens: Callable[[Session, Actor, str], dict[str, Any] | None]

    def key_in(self, page: str) -> str | None:
        """Return the public id in an address, "" where this page has none, None where it is another page."""
        if not self.page.endswith("/"):
            return "" if page == self.page else None
        start, key = page[: len(self.page)], page[len(self.page) :]
        return key if start == self.page and key and "/" not in key else None


def decision_columns(
    *, page: str, key: Any = None, person_id: Any, by_id: Any, at: Any
) -> tuple[ColumnElement[Any], ...]:
    """Return the columns of one kind's select: where whom what was decided about reads it, who decided, and when."""
    address = literal(page, String()) if key is None else literal(page, String()).concat(key)
    return (address.label("page"), person_id.label("person_id"), by_id.label("by_id"), at.label("at"))


_kinds: dict[str, Decisions] = {}


def register_decisions(kind: Decisions) -> None:
    """Take a kind of decision in, under its page."""
    _kinds[kind.page] = kind


def all_decisions() -> tuple[Decisions, ...]:
    return tuple(_kinds.values())


def decision_at(page: str) -> tuple[Decisions, str] | None:
    """Return the kind of decision that is read at this address, and the thing's public id."""
    for kind in _kinds.values():
        key = kind.key_in(page)
        if key is not None:
            return kind, key
    return None
