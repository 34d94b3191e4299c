"""Which rows of a table are about one person, as the feature that owns it has said."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, select

from pointsapp.core.db import Base
from pointsapp.core.personal import Holding


def rows_of(part: Holding, table: Table, person_id: int) -> ColumnElement[bool]:
    """Return the condition that finds the person's rows of a holding."""
    if part.through is None:
        return table.c[part.column] == person_id
    between = Base.metadata.tables[part.through[0]]
    return table.c[part.column].in_(select(between.c.id).where(between.c[part.through[1]] == person_id))
