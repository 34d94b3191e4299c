"""Moves: the only way a row's state changes is one conditional UPDATE along a drawn arrow."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from pointsapp.core.errors import StateChanged

Transitions = Mapping[StrEnum, frozenset[StrEnum]]


def move(session: Session, row: Any, to: StrEnum, **also: Any) -> None:
    """Move `row` from the state it was read in to `to`, setting the columns in `also` with it.

    Raises StateChanged when somebody else moved it first, ValueError when the arrow is not drawn in `Model.transitions`.
    """
    model = type(row)
    start = row.state
    arrows: Transitions = model.transitions
    if to not in arrows[start]:
        raise ValueError(f"{model.__name__}: no move from {start} to {to}")
    statement = update(model).where(model.id == row.id, model.state == start).values(state=to, **also)
    must_move(session, statement)
    session.refresh(row)


def must_move(session: Session, statement: Any, values: Mapping[str, Any] | None = None) -> None:
    """Run a conditional UPDATE that must change exactly one row; StateChanged when somebody else was first."""
    if rows_changed(session, statement, values) != 1:
        raise StateChanged


def must_return(session: Session, statement: Any, column: Any) -> Any:
    """Run a conditional UPDATE as `must_move` does, and return the changed row's `column`."""
    found = session.execute(statement.returning(column), execution_options={"synchronize_session": False}).all()
    if len(found) != 1:
        raise StateChanged
    return found[0][0]


def rows_changed(session: Session, statement: Any, values: Mapping[str, Any] | None = None) -> int:
    """Run an UPDATE or DELETE and return how many rows it changed. Objects already loaded are left as they were."""
    done = session.execute(statement, values, execution_options={"synchronize_session": False})
    return int(done.rowcount)  # type: ignore[attr-defined]
