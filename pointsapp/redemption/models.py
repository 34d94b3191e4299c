"""Vouchers, what the till did with them, what it refused, and the goods it did not have.

A voucher is a Hold, a code and the offer's terms frozen onto it. A redemption is never deleted: undone, it keeps both moments,
and the voucher may be redeemed again by a new row. What a month owes for them stands in `settlements`.
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
        # undone at the till; annulled after a dispute, when the points go back to the person
        VoucherState.REDEEMED: frozenset({VoucherState.ISSUED, VoucherState.CANCELLED}),
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
    # Set when its month is approved: from then on no till undoes it. A dispute still can; the month after then takes it off.
    settled_at: Mapped[maybe_instant]


class TillScan(Base):
    """A voucher that a till refused: who held the scanner, where, and the reason. A green answer is a Redemption. Append-only."""

    __tablename__ = "till_scan"

    id: Mapped[row_id]
    voucher_id: Mapped[int] = mention("voucher.id", index=True)
    merchant_id: Mapped[int] = mention("merchant.id")  # where the clerk works, which may be the wrong shop
    clerk_id: Mapped[int] = mention("person.id")
    scanned_at: Mapped[instant]
    reason: Mapped[str] = mapped_column(String(40))  # the refusal's code


class ShortageState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class ShortageChoice(StrEnum):
    """What the resident made of it."""

    REFUND = "refund"
    EXTENSION = "extension"


class Shortage(Base):
    """今天没货: the shop could not give what a voucher promises; its owner chooses the points or more time."""

    __tablename__ = "shortage"
    __table_args__ = (
        enum_check("state", ShortageState),
        enum_check("choice", ShortageChoice),
        Index(
            "uq_shortage_open",
            "voucher_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_shortage_merchant_at", "merchant_id", "reported_at"),
        CheckConstraint("(COALESCE(choice, '') = 'extension') = (extended_until IS NOT NULL)", name="extension"),
        CheckConstraint("(state = 'closed') = (choice IS NOT NULL)", name="closed_by_choice"),
    )
    transitions = {
        ShortageState.OPEN: frozenset({ShortageState.CLOSED, ShortageState.WITHDRAWN}),
        ShortageState.CLOSED: frozenset(),
        ShortageState.WITHDRAWN: frozenset(),  # the goods came, or the voucher ended without a choice
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    voucher_id: Mapped[int] = ref("voucher.id")
    merchant_id: Mapped[int] = ref("merchant.id", index=False)
    state: Mapped[ShortageState] = enum_column(ShortageState, default=ShortageState.OPEN)
    reported_by_id: Mapped[int] = ref("person.id", index=False)
    reported_at: Mapped[instant]
    note: Mapped[str | None] = mapped_column(String(120))  # when it comes again, in the shop's words
    choice: Mapped[ShortageChoice | None] = enum_column(ShortageChoice, nullable=True)
    extended_until: Mapped[maybe_instant]
    closed_at: Mapped[maybe_instant]
