"""The end of a round: how it was published, objections and their answers, stored editions, and what corrects them.

Editions and what they hold are append-only by trigger: a finished quarter is corrected by a new edition beside the old one.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
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


class RoundPublication(Base):
    """Who published a round, what was unfinished then (`listed`: counts by kind) and why that did not stop it. Append-only."""

    __tablename__ = "round_publication"

    round_id: Mapped[int] = mapped_column(BigId, ForeignKey("star_round.id"), primary_key=True)
    at: Mapped[instant]
    by_id: Mapped[int] = ref("person.id", index=False)
    reason: Mapped[str] = mapped_column(String(300), default="")
    listed: Mapped[facts]


class ObjectionState(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"


class Objection(Base):
    """What somebody says against a branch's provisional standing, and the answer of somebody else.

    Upheld it leads to a new assessment, or admits rows that came after the cut-off (`admitted`: how many).
    """

    __tablename__ = "objection"
    __table_args__ = (
        enum_check("state", ObjectionState),
        CheckConstraint("(state = 'open') = (answered_at IS NULL)", name="answered"),
        Index("ix_objection_round_state", "round_id", "state"),
    )
    transitions = {
        ObjectionState.OPEN: frozenset({ObjectionState.UPHELD, ObjectionState.REJECTED}),
        ObjectionState.UPHELD: frozenset(),
        ObjectionState.REJECTED: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    round_id: Mapped[int] = ref("star_round.id", index=False)
    branch_id: Mapped[int] = ref("branch.id")
    indicator: Mapped[str | None] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(String(500))
    state: Mapped[ObjectionState] = enum_column(ObjectionState, default=ObjectionState.OPEN)
    by_id: Mapped[int] = ref("person.id")
    at: Mapped[instant]
    due_at: Mapped[instant]
    answer: Mapped[str | None] = mapped_column(String(500))
    answered_by_id: Mapped[int | None] = ref("person.id", index=False, nullable=True)
    answered_at: Mapped[maybe_instant]
    assessment_id: Mapped[int | None] = ref("assessment.id", nullable=True)
    admitted: Mapped[int] = mapped_column(default=0)


class EditionKind(StrEnum):
    FREEZE = "freeze"
    ERRATUM = "erratum"
    TAKEN_BACK = "taken_back"  # 摘星


class RoundEdition(Base):
    """The standings of a closed round, as stored: number 1 is the freeze, each later one a correction beside it. Append-only.

    `digest` is the SHA-256 of the document that header and rows make (rules/editions.py); `scheme_digest` that of the definition.
    """

    __tablename__ = "round_edition"
    __table_args__ = (
        enum_check("kind", EditionKind),
        Index("uq_round_edition_round_number", "round_id", "number", unique=True),
    )

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    round_id: Mapped[int] = ref("star_round.id", index=False)
    number: Mapped[int]
    kind: Mapped[EditionKind] = enum_column(EditionKind)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    scheme_digest: Mapped[str] = mapped_column(String(64))
    cut_off_at: Mapped[instant]
    frozen_at: Mapped[instant]


class EditionRow(Base):
    """One branch in one edition. `tier` is its place among the scheme's tiers (0 is the best), `facts` all the rest. Append-only."""

    __tablename__ = "edition_row"

    edition_id: Mapped[int] = mapped_column(BigId, ForeignKey("round_edition.id"), primary_key=True)
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"), primary_key=True, index=True)
    rank: Mapped[int]
    tier: Mapped[int | None]
    total_hundredths: Mapped[int]
    lit_stars: Mapped[int]
    facts: Mapped[facts]


class ErratumState(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class Erratum(Base):
    """What is wrong in a stored edition, why, and who says so; a second person confirms it, which makes the next edition.

    Of kind `erratum` `target` is an indicator and `corrected` its right score in hundredths (assessed) or the right amount of the
    metric it counts; of kind `taken_back` `target` is a star.
    """

    __tablename__ = "erratum"
    __table_args__ = (
        enum_check("state", ErratumState),
        CheckConstraint("kind IN ('erratum', 'taken_back')", name="kind"),
        CheckConstraint("(kind = 'erratum') = (corrected IS NOT NULL)", name="corrected"),
        CheckConstraint("decided_by_id IS NULL OR decided_by_id <> by_id", name="two_people"),
        Index("ix_erratum_round_state", "round_id", "state"),
    )
    transitions = {
        ErratumState.PROPOSED: frozenset({ErratumState.CONFIRMED, ErratumState.REJECTED}),
        ErratumState.CONFIRMED: frozenset(),
        ErratumState.REJECTED: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    round_id: Mapped[int] = ref("star_round.id", index=False)
    branch_id: Mapped[int] = ref("branch.id")
    kind: Mapped[EditionKind] = enum_column(EditionKind)
    target: Mapped[str] = mapped_column(String(40))
    corrected: Mapped[int | None]
    what: Mapped[str] = mapped_column(String(200))
    why: Mapped[str] = mapped_column(String(300))
    state: Mapped[ErratumState] = enum_column(ErratumState, default=ErratumState.PROPOSED)
    by_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[instant]
    decided_by_id: Mapped[int | None] = ref("person.id", index=False, nullable=True)
    decided_at: Mapped[maybe_instant]
    decline_reason: Mapped[str | None] = mapped_column(String(300))
    edition_id: Mapped[int | None] = ref("round_edition.id", nullable=True)
