"""Random draws 随机抽查: what was published before, the secret kept until then, and what came of it.

All three tables are append-only by trigger. A draw has no state to change: it is over when its one outcome stands.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import Base, BigId, enum_check, enum_column, instant, public_id, ref, row_id


class InspectionDraw(Base):
    """A draw as it was published: lists, their hashes, the commitment, and the public value that nobody knows yet.

    `branches` and `inspectors` are the canonical texts that were hashed (rules/draw.py); `number` counts the draws of a round, so
    that none can be made again in silence.
    """

    __tablename__ = "inspection_draw"
    __table_args__ = (
        CheckConstraint("take BETWEEN 1 AND branch_count", name="take"),
        CheckConstraint("value_at > committed_at", name="value_at"),
        Index("uq_inspection_draw_round_number", "round_id", "number", unique=True),
    )

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    round_id: Mapped[int] = ref("star_round.id", index=False)
    number: Mapped[int]
    area_id: Mapped[int] = ref("area.id")
    title: Mapped[str] = mapped_column(String(60))
    branches: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # {"code", "name"}, in the order of the published list
    inspectors: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # {"id": the public id of the grant, "label"}
    branch_count: Mapped[int]
    take: Mapped[int]  # how many branches are drawn
    per_branch: Mapped[int]  # how many inspectors go to each
    branches_hash: Mapped[str] = mapped_column(String(64))
    inspectors_hash: Mapped[str] = mapped_column(String(64))
    commitment: Mapped[str] = mapped_column(String(64))
    value_name: Mapped[str] = mapped_column(String(80))  # such as 福彩3D 第2026315期开奖号码
    value_source: Mapped[str] = mapped_column(String(120))  # who announces it, and where
    value_at: Mapped[instant]  # nobody can know it before
    by_id: Mapped[int] = ref("person.id", index=False)
    committed_at: Mapped[instant]


class DrawSeed(Base):
    """The secret seed of a draw, in a table of its own: no page reads it before the outcome says it to everybody."""

    __tablename__ = "draw_seed"

    draw_id: Mapped[int] = mapped_column(BigId, ForeignKey("inspection_draw.id"), primary_key=True)
    seed: Mapped[str] = mapped_column(String(64))  # 32 random bytes in hexadecimal


class OutcomeKind(StrEnum):
    REVEALED = "revealed"
    CANCELLED = "cancelled"


class DrawOutcome(Base):
    """What came of a draw: one row at most, by its key. Cancelled ones keep their reason and stay in public."""

    __tablename__ = "draw_outcome"
    __table_args__ = (
        enum_check("kind", OutcomeKind),
        CheckConstraint("(kind = 'revealed') = (seed IS NOT NULL AND value IS NOT NULL)", name="told"),
        CheckConstraint("(kind = 'cancelled') = (reason IS NOT NULL)", name="reason"),
    )

    draw_id: Mapped[int] = mapped_column(BigId, ForeignKey("inspection_draw.id"), primary_key=True)
    kind: Mapped[OutcomeKind] = enum_column(OutcomeKind)
    seed: Mapped[str | None] = mapped_column(String(64))
    value: Mapped[str | None] = mapped_column(String(120))
    value_found: Mapped[str | None] = mapped_column(String(200))  # where the officer read it
    result: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))  # {"code", "inspectors": [id]}
    reason: Mapped[str | None] = mapped_column(String(200))
    by_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[instant]
