"""Asking to be erased, and copies that were taken. What is erased is said by each feature's `personal.py`."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import Base, enum_check, enum_column, facts, instant, maybe_instant, public_id, ref, row_id


class ErasureState(StrEnum):
    WAITING = "waiting"
    WITHDRAWN = "withdrawn"
    DONE = "done"


class Erasure(Base):
    """A person asked to be erased (注销): nothing happens until `due_at`, and until then they may stay after all."""

    __tablename__ = "erasure"
    __table_args__ = (
        enum_check("state", ErasureState),
        Index(
            "uq_erasure_waiting",
            "person_id",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_erasure_state_due", "state", "due_at"),
    )
    transitions = {
        ErasureState.WAITING: frozenset({ErasureState.WITHDRAWN, ErasureState.DONE}),
        ErasureState.WITHDRAWN: frozenset(),
        ErasureState.DONE: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    person_id: Mapped[int] = ref("person.id")
    state: Mapped[ErasureState] = enum_column(ErasureState, default=ErasureState.WAITING)
    asked_at: Mapped[instant]
    asked_by_id: Mapped[int] = ref("person.id", index=False)  # themself, or staff who had it on paper
    note: Mapped[str] = mapped_column(String(200), default="")  # what staff wrote about it; gone with the person
    due_at: Mapped[instant]
    withdrawn_at: Mapped[maybe_instant]
    withdrawn_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    done_at: Mapped[maybe_instant]
    ended: Mapped[facts]  # how much of each kind was brought to an end: numbers only


class RecordsCopy(Base):
    """A person took a copy of everything kept about them: who may download it for an hour, and how often it was."""

    __tablename__ = "records_copy"
    __table_args__ = (Index("ix_records_copy_person_at", "person_id", "at"),)

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    person_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[instant]
