"""Plans 创建计划: task lists of branches for a round, what shows that something was done, and the trace of every change."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import Base, BigId, facts, instant, maybe_instant, mention, public_id, ref, row_id


class StarPlan(Base):
    """A branch's plan 创建计划 of a round. `baseline` are its figures of the quarter before, as known when the round began: frozen."""

    __tablename__ = "star_plan"

    round_id: Mapped[int] = mapped_column(BigId, ForeignKey("star_round.id"), primary_key=True)
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"), primary_key=True, index=True)
    baseline: Mapped[facts]  # metric -> figure or None
    opened_at: Mapped[instant]
    opened_by_id: Mapped[int] = ref("person.id", index=False)


class PlanItem(Base):
    """One line of a plan's task list. Who leads, who is responsible, by when, how far; 100 is done. Never deleted: withdrawn.

    `accepted_at` (验收): somebody else has looked at what shows that it was done. Until that is taken back the item takes no change.
    """

    __tablename__ = "plan_item"
    __table_args__ = (
        ForeignKeyConstraint(
            ["round_id", "branch_id"], ["star_plan.round_id", "star_plan.branch_id"], name="fk_plan_item_plan"
        ),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        Index("ix_plan_item_round_branch", "round_id", "branch_id"),
    )

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    round_id: Mapped[int] = mapped_column(BigId)
    branch_id: Mapped[int] = mapped_column(BigId)
    star: Mapped[str] = mapped_column(String(40))
    indicator: Mapped[str | None] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(60))
    lead_unit: Mapped[str] = mapped_column(String(40))  # 牵头部门
    responsible_unit: Mapped[str] = mapped_column(String(40))  # 责任单位
    person_id: Mapped[int | None] = ref("person.id", nullable=True)  # 责任人
    due_on: Mapped[date] = mapped_column(Date)
    progress: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[instant]
    finished_at: Mapped[maybe_instant]
    withdrawn_at: Mapped[maybe_instant]
    accepted_at: Mapped[maybe_instant]
    accepted_by_id: Mapped[int | None] = mention("person.id", nullable=True)


class PlanEvidence(Base):
    """What shows that an item was done: a row of the board's evidence, or words that say where the paper lies. Append-only."""

    __tablename__ = "plan_evidence"
    __table_args__ = (
        CheckConstraint("(evidence_id IS NULL) <> (note IS NULL)", name="one_kind"),
        Index("uq_plan_evidence_item_evidence", "item_id", "evidence_id", unique=True),
    )

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    item_id: Mapped[int] = ref("plan_item.id", index=False)
    evidence_id: Mapped[int | None] = ref("evidence.id", nullable=True)
    note: Mapped[str | None] = mapped_column(String(200))
    added_by_id: Mapped[int] = ref("person.id", index=False)
    added_at: Mapped[instant]


class PlanChange(Base):
    """The trace of a plan: who changed what, when, from what to what. Append-only by trigger.

    `item_id` is None for what is the plan's own (its target stars). A person stands in `was` and `now_is` by public id, never by name.
    """

    __tablename__ = "plan_change"
    __table_args__ = (Index("ix_plan_change_round_branch", "round_id", "branch_id", "id"),)

    id: Mapped[row_id]
    round_id: Mapped[int] = ref("star_round.id", index=False)
    branch_id: Mapped[int] = ref("branch.id")
    item_id: Mapped[int | None] = ref("plan_item.id", nullable=True)
    field: Mapped[str] = mapped_column(String(30))
    was: Mapped[str] = mapped_column(String(200))
    now_is: Mapped[str] = mapped_column(String(200))
    by_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[instant]
