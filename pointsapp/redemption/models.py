"""Vouchers, what the till did with them, and the monthly settlements.

A voucher is a Hold, a code and the offer's terms frozen onto it. A redemption is never deleted: undone, it keeps both moments,
and the voucher may be redeemed again by a new row.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import (
    Base,
    enum_check,
    enum_column,
    facts,
    instant,
    maybe_instant,
    mention,
    points,
    public_id,
    ref,
    row_id,
)


class VoucherState(StrEnum):
    ISSUED = "issued"
    REDEEMED = "redeemed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Voucher(Base):
    """A promise (兑换码): whoever shows the code gets what `title` and `terms` say, until `expires_at`."""

    __tablename__ = "voucher"
    __table_args__ = (
        enum_check("state", VoucherState),
        CheckConstraint("points >= 1", name="points"),
        # The person's limit of one offer, and their pack newest first.
        Index("ix_voucher_person_offer", "person_id", "offer_id", "state"),
        Index(
            "ix_voucher_due",
            "expires_at",
            sqlite_where=text("state = 'issued'"),
            postgresql_where=text("state = 'issued'"),
        ),
    )
    transitions = {
        VoucherState.ISSUED: frozenset({VoucherState.REDEEMED, VoucherState.CANCELLED, VoucherState.EXPIRED}),
        VoucherState.REDEEMED: frozenset({VoucherState.ISSUED}),  # undone at the till
        VoucherState.CANCELLED: frozenset(),
        VoucherState.EXPIRED: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    code: Mapped[str] = mapped_column(String(10), unique=True)
    person_id: Mapped[int] = mention("person.id")
    merchant_id: Mapped[int] = mention("merchant.id", index=True)
    offer_id: Mapped[int] = mention("offer.id", index=True)
    offer_version: Mapped[int]
    # Frozen from the offer: a later edit changes nothing that was promised.
    title: Mapped[str] = mapped_column(String(60))
    points: Mapped[points]
    agreed_fen: Mapped[int | None]
    terms: Mapped[facts]  # description, funding, funding_unit
    state: Mapped[VoucherState] = enum_column(VoucherState, default=VoucherState.ISSUED)
    hold_id: Mapped[int] = mention("hold.id", unique=True)
    holds: Mapped[int] = mapped_column(default=1)  # how many holds it has had; part of the ledger references
    issued_at: Mapped[instant]
    issued_on: Mapped[date]  # the local day it counts for in the offer's daily limit
    expires_at: Mapped[instant]
    closed_at: Mapped[maybe_instant]  # redeemed, cancelled or expired


class Redemption(Base):
    """The act at the till (核销): who, when, for how many points. One that stands per voucher."""

    __tablename__ = "redemption"
    __table_args__ = (
        Index(
            "uq_redemption_standing",
            "voucher_id",
            unique=True,
            sqlite_where=text("reversed_at IS NULL"),
            postgresql_where=text("reversed_at IS NULL"),
        ),
        Index("ix_redemption_merchant_at", "merchant_id", "redeemed_at"),
        CheckConstraint("reversed_at IS NULL OR settled_at IS NULL", name="settled_stands"),
    )

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    voucher_id: Mapped[int] = mention("voucher.id", index=True)
    merchant_id: Mapped[int] = mention("merchant.id")
    clerk_id: Mapped[int] = mention("person.id")
    points: Mapped[points]
    agreed_fen: Mapped[int | None]
    redeemed_at: Mapped[instant]
    reversed_at: Mapped[maybe_instant]
    reversed_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    reversal_reason: Mapped[str | None] = mapped_column(String(300))
    settled_at: Mapped[maybe_instant]  # set when its settlement is confirmed; from then on it cannot be undone


class SettlementState(StrEnum):
    OPEN = "open"
    CONFIRMED = "confirmed"


class Settlement(Base):
    """One merchant's month (结算): its redemptions with the fen agreed for each, confirmed by both sides."""

    __tablename__ = "settlement"
    __table_args__ = (
        enum_check("state", SettlementState),
        CheckConstraint(
            "state <> 'confirmed' OR (merchant_confirmed_at IS NOT NULL AND office_confirmed_at IS NOT NULL)",
            name="both_sides",
        ),
        Index("uq_settlement_month", "merchant_id", "month", unique=True),
    )
    transitions = {
        SettlementState.OPEN: frozenset({SettlementState.CONFIRMED}),
        SettlementState.CONFIRMED: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    merchant_id: Mapped[int] = ref("merchant.id", index=False)
    month: Mapped[str] = mapped_column(String(7))  # 2026-11
    state: Mapped[SettlementState] = enum_column(SettlementState, default=SettlementState.OPEN)
    redemptions: Mapped[int]
    total_points: Mapped[points]
    total_fen: Mapped[points]
    opened_at: Mapped[instant]
    merchant_confirmed_at: Mapped[maybe_instant]
    merchant_confirmed_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    office_confirmed_at: Mapped[maybe_instant]
    office_confirmed_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    confirmed_at: Mapped[maybe_instant]


class SettlementLine(Base):
    """One redemption in one settlement, with what was agreed for it; `agreed_fen` is 0 where the shop gives it."""

    __tablename__ = "settlement_line"

    id: Mapped[row_id]
    settlement_id: Mapped[int] = ref("settlement.id")
    redemption_id: Mapped[int] = ref("redemption.id", unique=True, index=False)
    points: Mapped[points]
    agreed_fen: Mapped[int]
