"""The desk keeps little of its own: what was announced one step up because it was late, and who was told of a change."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import (
    Base,
    BigId,
    enum_check,
    enum_column,
    instant,
    maybe_instant,
    public_id,
    ref,
    row_id,
)


class Climb(Base):
    """One waiting thing that was not done in time and went up to the people of a further area. Told once per step."""

    __tablename__ = "desk_climb"
    __table_args__ = (Index("uq_desk_climb_step", "kind", "number", "since", "step", unique=True),)

    id: Mapped[row_id]
    kind: Mapped[str] = mapped_column(String(40))  # the key of its Duties
    number: Mapped[int] = mapped_column(BigId)
    since: Mapped[instant]  # the same row may wait again later: an answer returned, a draft edited
    step: Mapped[int]
    at: Mapped[instant]


class Way(StrEnum):
    """How somebody was told who may not have read it; `NO_ANSWER` is a try that reached nobody."""

    PHONE = "phone"
    IN_PERSON = "in_person"
    NEIGHBOUR = "neighbour"  # somebody passes it on
    NO_ANSWER = "no_answer"


class Reach(Base):
    """One person who must know of one change: a task called off, a shift moved or stopped. `told_at` when staff told them."""

    __tablename__ = "desk_reach"
    __table_args__ = (
        enum_check("way", Way),
        Index("ix_desk_reach_task", "task_id", "at"),
        Index(
            "ix_desk_reach_open",
            "area_id",
            sqlite_where=text("told_at IS NULL"),
            postgresql_where=text("told_at IS NULL"),
        ),
    )

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    event_id: Mapped[int] = ref("event.id", unique=True, index=False)
    kind: Mapped[str] = mapped_column(String(60))  # of the event
    task_id: Mapped[int] = ref("task.id", index=False)
    shift_id: Mapped[int | None] = ref("shift.id", index=False, nullable=True)
    area_id: Mapped[int] = ref("area.id", index=False)
    person_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[instant]
    matters_until: Mapped[instant]  # when they would have come: afterwards nobody need be called
    tries: Mapped[int] = mapped_column(default=0)  # calls that reached nobody
    told_at: Mapped[maybe_instant]
    told_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    way: Mapped[Way | None] = enum_column(Way, nullable=True)
