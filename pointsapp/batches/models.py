"""A batch and its rows. The rows hold what stands in a file, so they are swept away after a few days; that it was done stays."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import (
    Base,
    BigId,
    enum_check,
    enum_column,
    facts,
    instant,
    maybe_instant,
    public_id,
    ref,
    row_id,
)


class BatchKind(StrEnum):
    PEOPLE_IN = "people_in"
    TASKS_IN = "tasks_in"
    HEADCOUNTS_IN = "headcounts_in"
    MEMBERS_IN = "members_in"
    PEOPLE_OUT = "people_out"
    TASKS_OUT = "tasks_out"
    ATTENDANCE_OUT = "attendance_out"

    @property
    def is_import(self) -> bool:
        return self.value.endswith("_in")


class BatchState(StrEnum):
    CHECKED = "checked"  # an import whose preview somebody reads
    WAITING = "waiting"  # for the worker
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


class Batch(Base):
    """One file brought in, or one list taken out. `cursor` is how far the worker has come; counts are of rows.

    `area_id` is what a list covers; of a file, the office in which it was brought (`policies.office_of`).
    """

    __tablename__ = "batch"
    __table_args__ = (
        enum_check("kind", BatchKind),
        enum_check("state", BatchState),
        Index("ix_batch_state", "state", "id"),
        Index("ix_batch_made_by", "made_by_id", "id"),
    )
    transitions = {
        BatchState.CHECKED: frozenset({BatchState.WAITING, BatchState.CANCELLED}),
        BatchState.WAITING: frozenset({BatchState.RUNNING, BatchState.CANCELLED}),
        BatchState.RUNNING: frozenset({BatchState.DONE, BatchState.CANCELLED}),
        BatchState.DONE: frozenset(),
        BatchState.CANCELLED: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    kind: Mapped[BatchKind] = enum_column(BatchKind)
    state: Mapped[BatchState] = enum_column(BatchState)
    area_id: Mapped[int | None] = ref("area.id", nullable=True, index=False)
    with_names: Mapped[bool] = mapped_column(default=False)  # names, numbers and phones in full
    reason: Mapped[str] = mapped_column(String(200), default="")
    made_by_id: Mapped[int] = ref("person.id", index=False)
    made_at: Mapped[instant]
    started_at: Mapped[maybe_instant]
    done_at: Mapped[maybe_instant]
    cursor: Mapped[int] = mapped_column(BigInteger, default=0)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    same: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)


class Outcome(StrEnum):
    """What a row would do (in the preview), then did."""

    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


class BatchRow(Base):
    """One row: `line` as the file counts it, `cells` as they stand there, and what came of it."""

    __tablename__ = "batch_row"
    __table_args__ = (enum_check("outcome", Outcome),)

    batch_id: Mapped[int] = mapped_column(BigId, ForeignKey("batch.id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(default=0)
    cells: Mapped[list[str]] = mapped_column(JSON)
    outcome: Mapped[Outcome | None] = enum_column(Outcome, nullable=True)
    why: Mapped[str | None] = mapped_column(String(20))  # a key of messages.WRONG
    facts: Mapped[facts]
