"""What somebody said about us, and every step until it was answered."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import Base, enum_check, enum_column, instant, maybe_instant, public_id, ref, row_id


class FeedbackKind(StrEnum):
    SUGGESTION = "suggestion"
    RECORDS = "records"  # check-in, hours, points
    SHOP = "shop"
    CONDUCT = "conduct"  # of those who work here: begins one office higher
    PRIVACY = "privacy"
    OTHER = "other"


class FeedbackState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Feedback(Base):
    """One opinion or complaint. `area_id` is the office that has it now, `handler_id` who answers there by `due_at`.

    A guest has no `person_id` and follows by number and secret, of which only a hash is kept. `late_at` is set where it is overdue
    and no office stands above: then it waits in everybody's sight.
    """

    __tablename__ = "feedback"
    __table_args__ = (
        enum_check("kind", FeedbackKind),
        enum_check("state", FeedbackState),
        CheckConstraint("(person_id IS NULL) = (secret_hash IS NOT NULL)", name="followed"),
        CheckConstraint("(state IN ('closed', 'withdrawn')) = (closed_at IS NOT NULL)", name="closed"),
        Index("ix_feedback_state_due", "state", "due_at"),
        Index("ix_feedback_area_state", "area_id", "state", "id"),
        Index("ix_feedback_person", "person_id", "id"),
        Index("ix_feedback_handler_state", "handler_id", "state"),
        Index(
            "ix_feedback_guest_at",
            "created_at",
            sqlite_where=text("person_id IS NULL"),
            postgresql_where=text("person_id IS NULL"),
        ),
    )
    transitions = {
        FeedbackState.OPEN: frozenset({FeedbackState.ANSWERED, FeedbackState.WITHDRAWN}),
        FeedbackState.ANSWERED: frozenset({FeedbackState.OPEN, FeedbackState.CLOSED}),
        FeedbackState.CLOSED: frozenset(),
        FeedbackState.WITHDRAWN: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    number: Mapped[str] = mapped_column(String(8), unique=True)
    kind: Mapped[FeedbackKind] = enum_column(FeedbackKind)
    text: Mapped[str] = mapped_column(String(1000))
    page: Mapped[str] = mapped_column(String(120), default="")  # the address it was said from, without its query
    person_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    secret_hash: Mapped[str | None] = mapped_column(String(64))
    contact: Mapped[str] = mapped_column(String(60), default="")  # how a guest may be reached, where they say so
    about_area_id: Mapped[int] = ref("area.id", index=False)  # where it belongs by what was said
    area_id: Mapped[int] = ref("area.id", index=False)
    handler_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    state: Mapped[FeedbackState] = enum_column(FeedbackState, default=FeedbackState.OPEN)
    is_satisfied: Mapped[bool | None]
    climbs: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[instant]
    due_at: Mapped[instant]
    answered_at: Mapped[maybe_instant]
    late_at: Mapped[maybe_instant]
    closed_at: Mapped[maybe_instant]


class StepKind(StrEnum):
    RECEIVED = "received"
    ASSIGNED = "assigned"  # given to another person or office, or taken by one
    ANSWERED = "answered"
    DISSATISFIED = "dissatisfied"
    OVERDUE = "overdue"
    LOOKED = "looked"  # the handler opened the person's timeline
    SATISFIED = "satisfied"
    LAPSED = "lapsed"  # nobody said anything about the answer
    WITHDRAWN = "withdrawn"


class FeedbackStep(Base):
    """One step: who, when, what was said, and which office had it after. Added, never changed, until its person is erased."""

    __tablename__ = "feedback_step"
    __table_args__ = (enum_check("kind", StepKind), Index("ix_feedback_step_feedback", "feedback_id", "id"))

    id: Mapped[row_id]
    feedback_id: Mapped[int] = ref("feedback.id", index=False)
    kind: Mapped[StepKind] = enum_column(StepKind)
    text: Mapped[str] = mapped_column(String(1000), default="")
    area_id: Mapped[int] = ref("area.id", index=False)
    handler_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    at: Mapped[instant]
    due_at: Mapped[instant]
