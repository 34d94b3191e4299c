"""Exports: what was taken out of the house, word for word, so that a code on paper can say whether it still holds."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import Base, enum_check, enum_column, instant, ref, row_id


class ExportKind(StrEnum):
    STANDINGS = "standings"
    BRANCH = "branch"
    WALL = "wall"
    PLAN = "plan"


class Export(Base):
    """One content that was exported; the same content again is the same row. Append-only by trigger.

    `content` is the canonical JSON (rules.py) and `digest` its SHA-256. `edition` is the number of the stored edition it shows, None
    for running figures, which are those of `made_at`.
    """

    __tablename__ = "export"
    __table_args__ = (enum_check("kind", ExportKind),)

    id: Mapped[row_id]
    code: Mapped[str] = mapped_column(String(10), unique=True)
    kind: Mapped[ExportKind] = enum_column(ExportKind)
    round_id: Mapped[int] = ref("star_round.id")
    branch_id: Mapped[int | None] = ref("branch.id", nullable=True)
    edition: Mapped[int | None]
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    content: Mapped[str] = mapped_column(Text)
    made_at: Mapped[instant]
    made_by_id: Mapped[int] = ref("person.id", index=False)
