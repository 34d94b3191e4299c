"""A merge: proposed by one, confirmed by another, and then for good."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import Base, enum_check, enum_column, facts, instant, maybe_instant, public_id, ref, row_id


class MergeState(StrEnum):
    PROPOSED = "proposed"
    DONE = "done"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Merge(Base):
    """`absorbed_id` is given up for `survivor_id` (合并账号). One proposal at a time for an account that would be given up."""

    __tablename__ = "person_merge"
    __table_args__ = (
        enum_check("state", MergeState),
        CheckConstraint("absorbed_id <> survivor_id", name="two_accounts"),
        CheckConstraint(
            "state <> 'done' OR (decided_by_id IS NOT NULL AND decided_by_id <> proposed_by_id)", name="two_people"
        ),
        Index(
            "uq_person_merge_proposed",
            "absorbed_id",
            unique=True,
            sqlite_where=text("state = 'proposed'"),
            postgresql_where=text("state = 'proposed'"),
        ),
        Index("ix_person_merge_state", "state", "id"),
    )
    transitions = {
        MergeState.PROPOSED: frozenset({MergeState.DONE, MergeState.REJECTED, MergeState.WITHDRAWN}),
        MergeState.DONE: frozenset(),
        MergeState.REJECTED: frozenset(),
        MergeState.WITHDRAWN: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    absorbed_id: Mapped[int] = ref("person.id")
    survivor_id: Mapped[int] = ref("person.id")
    area_id: Mapped[int] = ref("area.id", index=False)  # where it waits for its second person
    state: Mapped[MergeState] = enum_column(MergeState, default=MergeState.PROPOSED)
    reason: Mapped[str] = mapped_column(String(200))
    proposed_at: Mapped[instant]
    proposed_by_id: Mapped[int] = ref("person.id", index=False)
    decided_at: Mapped[maybe_instant]
    decided_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    decision_reason: Mapped[str | None] = mapped_column(String(200))
    moved: Mapped[facts]  # how much of each kind went over or ended: numbers only
