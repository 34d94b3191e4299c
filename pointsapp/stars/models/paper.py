"""Work recorded on paper 纸面补录: a sheet as staff typed it in, and its lines. It counts once a second person has confirmed it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import Base, enum_check, enum_column, instant, maybe_instant, public_id, ref, row_id


class PaperState(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class PaperSheet(Base):
    """One list of one day's work in one area. `source` says where the paper lies."""

    __tablename__ = "paper_sheet"
    __table_args__ = (enum_check("state", PaperState), Index("ix_paper_sheet_state", "state", "id"))
    transitions = {
        PaperState.PENDING: frozenset({PaperState.CONFIRMED, PaperState.REJECTED}),
        PaperState.CONFIRMED: frozenset(),
        PaperState.REJECTED: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    area_id: Mapped[int] = ref("area.id")
    title: Mapped[str] = mapped_column(String(60))
    done_on: Mapped[date] = mapped_column(Date)
    source: Mapped[str] = mapped_column(String(120))
    state: Mapped[PaperState] = enum_column(PaperState, default=PaperState.PENDING)
    by_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[instant]
    decided_by_id: Mapped[int | None] = ref("person.id", index=False, nullable=True)
    decided_at: Mapped[maybe_instant]
    reason: Mapped[str | None] = mapped_column(String(200))


class PaperLine(Base):
    """One person of a sheet and the minutes they worked. Append-only by trigger."""

    __tablename__ = "paper_line"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),
        Index("uq_paper_line_sheet_person", "sheet_id", "person_id", unique=True),
    )

    id: Mapped[row_id]
    sheet_id: Mapped[int] = ref("paper_sheet.id", index=False)
    person_id: Mapped[int] = ref("person.id")
    minutes: Mapped[int]
