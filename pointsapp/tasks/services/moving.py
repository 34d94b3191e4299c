"""The conditional UPDATE: one row moves, or somebody else was first and the work is judged again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from pointsapp.core.errors import StateChanged


def must_move(session: Session, statement: Any, values: Mapping[str, Any] | None = None) -> None:
    """Run an UPDATE that must change exactly one row; StateChanged otherwise."""
    if run(session, statement, values) != 1:
        raise StateChanged


def run(session: Session, statement: Any, values: Mapping[str, Any] | None = None) -> int:
    """Run an UPDATE or DELETE and return how many rows it changed."""
    done = session.execute(statement, values, execution_options={"synchronize_session": False})
    return int(done.rowcount)  # type: ignore[attr-defined]
