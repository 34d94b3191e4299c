"""The area tree: district, street, community, grid, micro-grid. One table, any depth, a materialised path."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import Base, enum_check, enum_column, instant, public_id, ref, row_id


class AreaKind(StrEnum):
    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    GRID = "grid"
    MICRO_GRID = "micro_grid"
    SPECIAL_GRID = "special_grid"


class Area(Base):
    """`path` is "/<id>/<id>/…/" from the root to this area, so "here and below" is a prefix test."""

    __tablename__ = "area"
    __table_args__ = (
        enum_check("kind", AreaKind),
        # varchar_pattern_ops: LIKE 'prefix%' uses the index under any collation
        Index("ix_area_path", "path", postgresql_ops={"path": "varchar_pattern_ops"}),
    )

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[AreaKind] = enum_column(AreaKind)
    parent_id: Mapped[int | None] = ref("area.id", nullable=True)
    path: Mapped[str] = mapped_column(String(400), default="")
    created_at: Mapped[instant]
