"""Settlements: one merchant's month with a line for each redemption, and for each one taken back after its month was drafted.

A drafted line is never taken out. What was undone later stands in the month after as a correction with the sign turned, so that a
sum somebody has read never changes by itself.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import (
    Base,
    enum_check,
    enum_column,
    instant,
    maybe_instant,
    points,
    public_id,
    ref,
    row_id,
)


class SettlementState(StrEnum):
    DRAFT = "draft"  # the shop reads it line by line
    CONFIRMED = "confirmed"  # by the shop; the community checks
    CHECKED = "checked"  # the street approves
    APPROVED = "approved"  # stands for good; what is owed is paid outside
    PAID = "paid"


class Settlement(Base):
    """One merchant's month (结算): its sums are those of its lines, each step is by the role whose it is."""

    __tablename__ = "settlement"
    __table_args__ = (
        enum_check("state", SettlementState),
        CheckConstraint(
            "state NOT IN ('checked', 'approved', 'paid') OR office_confirmed_at IS NOT NULL", name="is_checked"
        ),
        CheckConstraint("state NOT IN ('approved', 'paid') OR confirmed_at IS NOT NULL", name="is_approved"),
        CheckConstraint("(state = 'paid') = (paid_on IS NOT NULL)", name="is_paid"),
        CheckConstraint("approved_by_id IS NULL OR approved_by_id <> office_confirmed_by_id", name="two_people"),
        CheckConstraint("paid_by_id IS NULL OR paid_by_id <> approved_by_id", name="another_pays"),
        Index("uq_settlement_month", "merchant_id", "month", unique=True),
        Index("ix_settlement_state", "state", "month"),
    )
    transitions = {
        # Straight to the community where the shop let its time pass.
        SettlementState.DRAFT: frozenset({SettlementState.CONFIRMED, SettlementState.CHECKED}),
        SettlementState.CONFIRMED: frozenset({SettlementState.CHECKED, SettlementState.DRAFT}),
        SettlementState.CHECKED: frozenset({SettlementState.APPROVED, SettlementState.DRAFT}),
        SettlementState.APPROVED: frozenset({SettlementState.PAID}),
        SettlementState.PAID: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    merchant_id: Mapped[int] = ref("merchant.id", index=False)
    month: Mapped[str] = mapped_column(String(7))  # 2026-11
    state: Mapped[SettlementState] = enum_column(SettlementState, default=SettlementState.DRAFT)
    redemptions: Mapped[int]  # lines that are no corrections
    total_points: Mapped[points]
    total_fen: Mapped[points]  # below zero where corrections outweigh the month
    opened_at: Mapped[instant]
    merchant_confirmed_at: Mapped[maybe_instant]
    merchant_confirmed_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    merchant_note: Mapped[str | None] = mapped_column(String(300))  # what the shop wants the office to read with it
    office_confirmed_at: Mapped[maybe_instant]  # the community's check
    office_confirmed_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    confirmed_at: Mapped[maybe_instant]  # the street's approval; from here on it stands
    approved_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    returned_at: Mapped[maybe_instant]  # the last time somebody sent it back
    returned_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    return_reason: Mapped[str | None] = mapped_column(String(300))
    paid_on: Mapped[date | None]  # paid outside: this house moves no money
    paid_reference: Mapped[str | None] = mapped_column(String(80))
    paid_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)  # who noted it
    paid_noted_at: Mapped[maybe_instant]


class LineKind(StrEnum):
    USE = "use"
    CORRECTION = "correction"  # of a line in an earlier month whose redemption was taken back since


class SettlementLine(Base):
    """One redemption in one settlement; a correction has the signs turned. `agreed_fen` is 0 where the shop gives it.

    A shop may dispute a line once while the month is a draft; the community answers, and only its answer changes the sum.
    """

    __tablename__ = "settlement_line"
    __table_args__ = (
        enum_check("kind", LineKind),
        Index("uq_settlement_line_once", "redemption_id", "kind", unique=True),
        CheckConstraint("answered_at IS NULL OR disputed_at IS NOT NULL", name="answers_a_dispute"),
        CheckConstraint("agreed_fen = drafted_fen OR answered_at IS NOT NULL", name="changed_by_answer"),
    )

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    settlement_id: Mapped[int] = ref("settlement.id")
    redemption_id: Mapped[int] = ref("redemption.id", index=False)
    kind: Mapped[LineKind] = enum_column(LineKind, default=LineKind.USE)
    points: Mapped[points]
    agreed_fen: Mapped[int]  # what counts
    drafted_fen: Mapped[int]  # what the draft said
    disputed_at: Mapped[maybe_instant]
    disputed_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    dispute_reason: Mapped[str | None] = mapped_column(String(200))
    claimed_fen: Mapped[int | None]  # what the shop says it should be
    answered_at: Mapped[maybe_instant]
    answered_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    answer: Mapped[str | None] = mapped_column(String(200))
