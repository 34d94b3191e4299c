"""Pledges 亮承诺 and panels 赛: what was promised and what became of it, who sat on a panel, what each gave, what came out.

A pledge's words are never changed; scores, excuses, steps and results are append-only, so that what was published can be read again.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, ForeignKeyConstraint, Index, String, false, text, true
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


class PledgeState(StrEnum):
    PROMISED = "promised"
    REPORTED = "reported"  # the branch has said what became of it
    DISPUTED = "disputed"  # a second person disagrees; the branch may say it again
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    KEPT = "kept"
    PARTLY = "partly"
    NOT_KEPT = "not_kept"


class StepKind(StrEnum):
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    REPORTED = "reported"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"


class Pledge(Base):
    """What a branch promised in public for a round. `outcome` is what it last said of it (None: nothing yet)."""

    __tablename__ = "pledge"
    __table_args__ = (
        enum_check("state", PledgeState),
        enum_check("outcome", Outcome),
        Index("ix_pledge_round_branch", "round_id", "branch_id"),
    )
    transitions = {
        PledgeState.PROMISED: frozenset({PledgeState.REPORTED, PledgeState.WITHDRAWN}),
        PledgeState.REPORTED: frozenset({PledgeState.CONFIRMED, PledgeState.DISPUTED}),
        PledgeState.DISPUTED: frozenset({PledgeState.REPORTED}),
        PledgeState.CONFIRMED: frozenset(),
        PledgeState.WITHDRAWN: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    round_id: Mapped[int] = ref("star_round.id", index=False)
    branch_id: Mapped[int] = ref("branch.id")
    star: Mapped[str] = mapped_column(String(40))
    promise: Mapped[str] = mapped_column(String(120))
    shown_by: Mapped[str] = mapped_column(String(120))  # 怎么亮出来: what people will see
    due_on: Mapped[date] = mapped_column(Date)
    state: Mapped[PledgeState] = enum_column(PledgeState, default=PledgeState.PROMISED)
    outcome: Mapped[Outcome | None] = enum_column(Outcome, nullable=True)
    published_at: Mapped[instant]


class PledgeStep(Base):
    """One step in the life of a pledge: who, when, with what reason and evidence. Append-only by trigger."""

    __tablename__ = "pledge_step"
    __table_args__ = (enum_check("kind", StepKind), enum_check("outcome", Outcome))

    id: Mapped[row_id]
    pledge_id: Mapped[int] = ref("pledge.id")
    kind: Mapped[StepKind] = enum_column(StepKind)
    outcome: Mapped[Outcome | None] = enum_column(Outcome, nullable=True)
    reason: Mapped[str] = mapped_column(String(300), default="", server_default="")
    plan_item_id: Mapped[int | None] = ref("plan_item.id", nullable=True, index=False)
    evidence_id: Mapped[int | None] = ref("evidence.id", nullable=True, index=False)
    note: Mapped[str | None] = mapped_column(String(200))
    by_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[instant]


class PanelState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Panel(Base):
    """A session in which named people score the branches of an area for one assessed indicator of a round.

    From `drop_from` scores of a branch on, the highest and the lowest are dropped; fixed when the panel is called.
    """

    __tablename__ = "panel"
    __table_args__ = (
        enum_check("state", PanelState),
        CheckConstraint("drop_from >= 3", name="drop_from"),
        Index("ix_panel_round", "round_id", "id"),
    )
    transitions = {
        PanelState.OPEN: frozenset({PanelState.CLOSED, PanelState.CANCELLED}),
        PanelState.CLOSED: frozenset(),
        PanelState.CANCELLED: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    round_id: Mapped[int] = ref("star_round.id", index=False)
    indicator: Mapped[str] = mapped_column(String(40))
    area_id: Mapped[int] = ref("area.id")
    held_at: Mapped[instant]
    place: Mapped[str] = mapped_column(String(60))
    drop_from: Mapped[int]
    state: Mapped[PanelState] = enum_column(PanelState, default=PanelState.OPEN)
    called_by_id: Mapped[int] = ref("person.id", index=False)
    called_at: Mapped[instant]
    ended_at: Mapped[maybe_instant]
    reason: Mapped[str] = mapped_column(String(200), default="", server_default="")  # why it was cancelled


class PanelSeat(Base):
    """Somebody on a panel, and as what they sit there. Exactly one is the chair, who may sit without scoring."""

    __tablename__ = "panel_seat"
    __table_args__ = (
        Index(
            "uq_panel_seat_chair",
            "panel_id",
            unique=True,
            sqlite_where=text("is_chair"),
            postgresql_where=text("is_chair"),
        ),
    )

    panel_id: Mapped[int] = mapped_column(BigId, ForeignKey("panel.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"), primary_key=True, index=True)
    title: Mapped[str] = mapped_column(String(40))
    is_chair: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_scoring: Mapped[bool] = mapped_column(default=True, server_default=true())


class PanelBranch(Base):
    """A branch that presents before a panel, and in which place. One panel scores a branch's indicator in a round; a cancelled one's rows are void."""

    __tablename__ = "panel_branch"
    __table_args__ = (
        Index(
            "uq_panel_branch_once",
            "round_id",
            "indicator",
            "branch_id",
            unique=True,
            sqlite_where=text("NOT is_void"),
            postgresql_where=text("NOT is_void"),
        ),
    )

    panel_id: Mapped[int] = mapped_column(BigId, ForeignKey("panel.id"), primary_key=True)
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"), primary_key=True, index=True)
    round_id: Mapped[int] = ref("star_round.id", index=False)
    indicator: Mapped[str] = mapped_column(String(40))
    place: Mapped[int]
    is_void: Mapped[bool] = mapped_column(default=False, server_default=false())


def _of_panel(name: str) -> tuple[ForeignKeyConstraint, ForeignKeyConstraint]:
    """A row about one seat and one branch of a panel."""
    return (
        ForeignKeyConstraint(
            ["panel_id", "person_id"], ["panel_seat.panel_id", "panel_seat.person_id"], name=f"fk_{name}_seat"
        ),
        ForeignKeyConstraint(
            ["panel_id", "branch_id"], ["panel_branch.panel_id", "panel_branch.branch_id"], name=f"fk_{name}_branch"
        ),
    )


class PanelScore(Base):
    """What one of the panel gave one branch; the newest counts until the panel closes, the older ones stay. Append-only by trigger."""

    __tablename__ = "panel_score"
    __table_args__ = (
        *_of_panel("panel_score"),
        CheckConstraint("score_hundredths >= 0", name="score"),
        Index("ix_panel_score_panel_branch_person", "panel_id", "branch_id", "person_id"),
    )

    id: Mapped[row_id]
    panel_id: Mapped[int] = mapped_column(BigId)
    person_id: Mapped[int] = mapped_column(BigId)
    branch_id: Mapped[int] = mapped_column(BigId)
    score_hundredths: Mapped[int]
    at: Mapped[instant]


class PanelExcuse(Base):
    """Why the panel closes without the score of one of it for one branch. Append-only by trigger."""

    __tablename__ = "panel_excuse"
    __table_args__ = (*_of_panel("panel_excuse"),)

    panel_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reason: Mapped[str] = mapped_column(String(200))
    by_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[instant]


class PanelResult(Base):
    """What came out for one branch: the scores that counted, unnamed and sorted, the two dropped (or none), their mean. Append-only."""

    __tablename__ = "panel_result"
    __table_args__ = (
        ForeignKeyConstraint(
            ["panel_id", "branch_id"],
            ["panel_branch.panel_id", "panel_branch.branch_id"],
            name="fk_panel_result_branch",
        ),
    )

    panel_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    scores: Mapped[list[int]] = mapped_column(JSON)  # hundredths, ascending
    is_cut: Mapped[bool]  # the first and the last of `scores` were dropped
    mean_hundredths: Mapped[int]
    assessment_id: Mapped[int] = ref("assessment.id", unique=True, index=False)
