"""Disputes of redemptions, and what each side said. A decision that upholds one takes the redemption back; nothing is deleted."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import Base, enum_check, enum_column, instant, maybe_instant, public_id, ref, row_id


class DisputeState(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class DisputeKind(StrEnum):
    """What the resident says was wrong."""

    NOT_ME = "not_me"
    NOTHING_GIVEN = "nothing_given"
    NOT_AS_PROMISED = "not_as_promised"
    OTHER = "other"


class Dispute(Base):
    """One resident's objection to one redemption; a decided one is not begun again."""

    __tablename__ = "redemption_dispute"
    __table_args__ = (
        enum_check("state", DisputeState),
        enum_check("kind", DisputeKind),
        CheckConstraint(
            "state NOT IN ('upheld', 'rejected') OR (decided_by_id IS NOT NULL AND decision_reason IS NOT NULL)",
            name="decided_with_reason",
        ),
        CheckConstraint("decided_by_id IS NULL OR decided_by_id <> person_id", name="not_by_oneself"),
        Index(
            "uq_redemption_dispute_standing",
            "redemption_id",
            unique=True,
            sqlite_where=text("state <> 'withdrawn'"),
            postgresql_where=text("state <> 'withdrawn'"),
        ),
        Index("ix_redemption_dispute_state", "state", "due_on"),
    )
    transitions = {
        DisputeState.OPEN: frozenset({DisputeState.UPHELD, DisputeState.REJECTED, DisputeState.WITHDRAWN}),
        DisputeState.UPHELD: frozenset(),
        DisputeState.REJECTED: frozenset(),
        DisputeState.WITHDRAWN: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    redemption_id: Mapped[int] = ref("redemption.id", index=False)
    merchant_id: Mapped[int] = ref("merchant.id")
    person_id: Mapped[int] = ref("person.id")
    kind: Mapped[DisputeKind] = enum_column(DisputeKind)
    state: Mapped[DisputeState] = enum_column(DisputeState, default=DisputeState.OPEN)
    opened_at: Mapped[instant]
    due_on: Mapped[date]  # the last working day on which the community should have decided
    decided_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    decision_reason: Mapped[str | None] = mapped_column(String(300))
    closed_at: Mapped[maybe_instant]


class Side(StrEnum):
    RESIDENT = "resident"
    SHOP = "shop"


class DisputeStatement(Base):
    """What one side said, word for word; nobody changes it, only the leaving of who said it takes the words away."""

    __tablename__ = "dispute_statement"
    __table_args__ = (enum_check("side", Side),)

    id: Mapped[row_id]
    dispute_id: Mapped[int] = ref("redemption_dispute.id")
    side: Mapped[Side] = enum_column(Side)
    said_by_id: Mapped[int] = ref("person.id", index=False)
    said_at: Mapped[instant]
    words: Mapped[str] = mapped_column(String(500))
