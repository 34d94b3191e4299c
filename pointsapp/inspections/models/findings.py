"""Inspections of branches, what was found 发现问题, and its rectification 整改 until it is closed."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import Base, enum_check, enum_column, instant, maybe_instant, public_id, ref, row_id


class InspectionState(StrEnum):
    PLANNED = "planned"
    DONE = "done"
    CANCELLED = "cancelled"


class Inspection(Base):
    """A visit of one inspector to one branch: drawn (`draw_id`), or set by the inspector (集中督查). `summary` says what was seen."""

    __tablename__ = "inspection"
    __table_args__ = (
        enum_check("state", InspectionState),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done"),
        Index("ix_inspection_inspector_state", "inspector_id", "state", "id"),
        Index("ix_inspection_round_branch", "round_id", "branch_id"),
        Index("ix_inspection_draw_id", "draw_id"),
    )
    transitions = {
        InspectionState.PLANNED: frozenset({InspectionState.DONE, InspectionState.CANCELLED}),
        InspectionState.DONE: frozenset(),
        InspectionState.CANCELLED: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    draw_id: Mapped[int | None] = ref("inspection_draw.id", index=False, nullable=True)
    round_id: Mapped[int] = ref("star_round.id", index=False)
    branch_id: Mapped[int] = ref("branch.id")
    inspector_id: Mapped[int] = ref("person.id", index=False)
    state: Mapped[InspectionState] = enum_column(InspectionState, default=InspectionState.PLANNED)
    created_at: Mapped[instant]
    done_at: Mapped[maybe_instant]
    summary: Mapped[str | None] = mapped_column(String(300))


class Severity(StrEnum):
    MINOR = "minor"
    SERIOUS = "serious"


class FindingState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    RETURNED = "returned"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Finding(Base):
    """Something found at a branch, to be put right by `due_on`. A deduction for it is an assessment of its own (`assessment_id`).

    `told_near_on` and `told_late_on` are the deadlines whose nearness and passing were told: each deadline once.
    """

    __tablename__ = "finding"
    __table_args__ = (
        enum_check("state", FindingState),
        enum_check("severity", Severity),
        Index("ix_finding_branch_state", "branch_id", "state"),
        Index("ix_finding_round_id_id", "round_id", "id"),
        Index("ix_finding_by_id_state", "by_id", "state"),
        Index("ix_finding_state_due_on", "state", "due_on"),
    )
    transitions = {
        FindingState.OPEN: frozenset({FindingState.ANSWERED, FindingState.WITHDRAWN}),
        FindingState.ANSWERED: frozenset({FindingState.CLOSED, FindingState.RETURNED}),
        FindingState.RETURNED: frozenset({FindingState.ANSWERED, FindingState.WITHDRAWN}),
        FindingState.CLOSED: frozenset(),
        FindingState.WITHDRAWN: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    inspection_id: Mapped[int | None] = ref("inspection.id", nullable=True)
    round_id: Mapped[int] = ref("star_round.id", index=False)
    branch_id: Mapped[int] = ref("branch.id", index=False)
    star: Mapped[str | None] = mapped_column(String(40))
    indicator: Mapped[str | None] = mapped_column(String(40))
    severity: Mapped[Severity] = enum_column(Severity, default=Severity.MINOR)
    text: Mapped[str] = mapped_column(String(500))
    due_on: Mapped[date] = mapped_column(Date)
    state: Mapped[FindingState] = enum_column(FindingState, default=FindingState.OPEN)
    by_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[instant]
    assessment_id: Mapped[int | None] = ref("assessment.id", index=False, nullable=True)
    told_near_on: Mapped[date | None] = mapped_column(Date)
    told_late_on: Mapped[date | None] = mapped_column(Date)


class StepKind(StrEnum):
    RECORDED = "recorded"
    ANSWERED = "answered"
    RETURNED = "returned"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    LINKED = "linked"


class FindingStep(Base):
    """One step of a finding's life: who, when, what they said, and the deadline that holds from then. Append-only by trigger."""

    __tablename__ = "finding_step"
    __table_args__ = (enum_check("kind", StepKind), Index("ix_finding_step_finding_id_id", "finding_id", "id"))

    id: Mapped[row_id]
    finding_id: Mapped[int] = ref("finding.id", index=False)
    kind: Mapped[StepKind] = enum_column(StepKind)
    text: Mapped[str] = mapped_column(String(500))
    due_on: Mapped[date] = mapped_column(Date)
    by_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[instant]


class FindingPhoto(Base):
    """A picture that belongs to a step; `name` is the SHA-256 of the kept file. Append-only by trigger."""

    __tablename__ = "finding_photo"

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    step_id: Mapped[int] = ref("finding_step.id")
    name: Mapped[str] = mapped_column(String(64))
