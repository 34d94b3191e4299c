"""The cellar of the bank: entries and postings that nothing can change, balances with a floor, holds, lots, claims.

No row here is shared by all check-ins, and no foreign key points at a balance: such a key drops a busy row to a fifth of its
speed. The ledger knows people by key only, so their columns are plain numbers.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import (
    Base,
    BigId,
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

KEY_LENGTH = 60


class Unit(StrEnum):
    POINT = "point"
    MINUTE = "minute"


class Flow(StrEnum):
    """What one posting means, decided by its two accounts alone (rules.flow_of). Public statements are sums of these."""

    GRANTED = "granted"
    UNGRANTED = "ungranted"
    RESERVED = "reserved"
    RETURNED = "returned"
    ISSUED = "issued"
    REVERSED = "reversed"
    HELD = "held"
    RELEASED = "released"
    SPENT = "spent"
    UNSPENT = "unspent"  # undone at the till
    DONATED = "donated"
    UNDONATED = "undonated"
    LAPSED = "lapsed"
    UNLAPSED = "unlapsed"
    GIVEN = "given"  # to a person: inside what is available, see accounts.GIFTS
    RECEIVED = "received"


class Entry(Base):
    """One event in the books. Append-only by trigger; its reference happens once.

    No personal text: `memo` is a message key, `facts` fill its sentence. rule … steps say why it is this many points.
    """

    __tablename__ = "entry"
    __table_args__ = (
        Index(
            "ix_entry_reverses_id",
            "reverses_id",
            sqlite_where=text("reverses_id IS NOT NULL"),
            postgresql_where=text("reverses_id IS NOT NULL"),
        ),
    )

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    reference: Mapped[str] = mapped_column(String(80), unique=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(30))
    posted_at: Mapped[instant]
    person_id: Mapped[int | None] = mapped_column(BigId)
    memo: Mapped[str] = mapped_column(String(60))
    facts: Mapped[facts]
    rule: Mapped[str | None] = mapped_column(String(60))
    rule_version: Mapped[int | None]
    inputs: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    steps: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    reverses_id: Mapped[int | None] = ref("entry.id", nullable=True, index=False)


class Posting(Base):
    """`amount` moves from `source` to `destination`. Append-only by trigger.

    Where it changes what a person can spend (or their minutes), `change` and `balance_after` make it a line of that
    person's book; a settled hold moves held points only, and is no line.
    """

    __tablename__ = "posting"
    __table_args__ = (
        enum_check("unit", Unit),
        enum_check("flow", Flow),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("source <> destination", name="two_accounts"),
        CheckConstraint("(change IS NULL) = (balance_after IS NULL)", name="line"),
        Index("ix_posting_source", "source"),
        Index("ix_posting_destination", "destination"),
        # A person's book; `ledger verify` follows all books from this index alone.
        Index("ix_posting_person", "person_id", "unit", "entry_id", "change", "balance_after"),
        # Boards: points earned per person over a span, from the index alone.
        Index(
            "ix_posting_earned",
            "unit",
            "posted_at",
            "person_id",
            "change",
            sqlite_where=text("flow IN ('issued', 'reversed')"),
            postgresql_where=text("flow IN ('issued', 'reversed')"),
        ),
    )

    entry_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False, info={"mentions": "entry"})
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    posted_at: Mapped[instant]
    unit: Mapped[Unit] = enum_column(Unit)
    flow: Mapped[Flow] = enum_column(Flow)
    source: Mapped[str] = mapped_column(String(KEY_LENGTH))
    destination: Mapped[str] = mapped_column(String(KEY_LENGTH))
    amount: Mapped[points]
    person_id: Mapped[int | None] = mapped_column(BigId)
    change: Mapped[int | None] = mapped_column(BigInteger)
    balance_after: Mapped[int | None] = mapped_column(BigInteger)
    behaviour: Mapped[str | None] = mapped_column(String(30))  # what was done, for caps per behaviour


# Written out, not bound: SQLite takes a partial index only for the very condition it was made with.
IS_EARNED = text("posting.flow IN ('issued', 'reversed')")


class Balance(Base):
    """What an account with a floor holds now: people, budgets, funds. Moves only by conditional UPDATE, never below zero."""

    __tablename__ = "balance"
    __table_args__ = (CheckConstraint("amount >= 0", name="floor"),)

    account: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    amount: Mapped[points]


class HoldState(StrEnum):
    OPEN = "open"
    SETTLED = "settled"
    RELEASED = "released"
    EXPIRED = "expired"


class Hold(Base):
    """Points set aside for one promise (冻结). Resolved at most once: settled, released or expired."""

    __tablename__ = "hold"
    __table_args__ = (
        enum_check("state", HoldState),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("lot_amount >= 0 AND lot_amount <= amount", name="lot_amount"),
        CheckConstraint("(state = 'open') = (resolved_at IS NULL)", name="resolved"),
        Index("ix_hold_person_state", "person_id", "state"),
    )
    transitions = {
        HoldState.OPEN: frozenset({HoldState.SETTLED, HoldState.RELEASED, HoldState.EXPIRED}),
        HoldState.SETTLED: frozenset(),
        HoldState.RELEASED: frozenset(),
        HoldState.EXPIRED: frozenset(),
    }

    id: Mapped[row_id]
    person_id: Mapped[int] = mapped_column(BigId)
    amount: Mapped[points]
    lot_amount: Mapped[points]  # how much of it came from lots with an expiry, see HoldLot
    state: Mapped[HoldState] = enum_column(HoldState, default=HoldState.OPEN)
    opened_at: Mapped[instant]
    expires_at: Mapped[instant]
    resolved_at: Mapped[maybe_instant]
    entry_id: Mapped[int] = mention("entry.id", unique=True)
    resolved_entry_id: Mapped[int | None] = mention("entry.id", nullable=True, unique=True)
    # The settled hold whose redemption was undone; unique, so that an undo happens once.
    reopens_id: Mapped[int | None] = ref("hold.id", nullable=True, unique=True, index=False)


class Lot(Base):
    """Points that expire together (批次). Points that never expire have no lot: they are what is left of the balance."""

    __tablename__ = "lot"
    __table_args__ = (
        CheckConstraint("remaining >= 0 AND remaining <= amount AND amount > 0", name="remaining"),
        Index(
            "ix_lot_person",
            "person_id",
            "expires_at",
            sqlite_where=text("remaining > 0"),
            postgresql_where=text("remaining > 0"),
        ),
        Index(
            "ix_lot_due",
            "expires_at",
            sqlite_where=text("remaining > 0"),
            postgresql_where=text("remaining > 0"),
        ),
    )

    id: Mapped[row_id]
    person_id: Mapped[int] = mapped_column(BigId)
    entry_id: Mapped[int] = ref("entry.id")
    amount: Mapped[points]
    remaining: Mapped[points]
    expires_at: Mapped[instant]


class HoldLot(Base):
    """Which expiring points a hold took: what comes back keeps its expiry, or lives at least 30 more days."""

    __tablename__ = "hold_lot"
    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)

    hold_id: Mapped[int] = mapped_column(BigId, ForeignKey("hold.id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    expires_at: Mapped[instant]
    amount: Mapped[points]


class Claim(Base):
    """What a correction could not take back (待扣回): set off against later credits, or written off by two people."""

    __tablename__ = "claim"
    __table_args__ = (
        CheckConstraint("amount > 0 AND remaining >= 0 AND remaining <= amount", name="remaining"),
        CheckConstraint(
            "written_off_at IS NULL OR (written_off_by_id IS NOT NULL AND write_off_asked_by_id IS NOT NULL "
            "AND written_off_by_id <> write_off_asked_by_id)",
            name="two_people",
        ),
        Index(
            "ix_claim_open",
            "person_id",
            sqlite_where=text("remaining > 0"),
            postgresql_where=text("remaining > 0"),
        ),
    )

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    reference: Mapped[str] = mapped_column(String(80), unique=True)
    person_id: Mapped[int] = mapped_column(BigId)
    to_account: Mapped[str] = mapped_column(String(KEY_LENGTH))
    amount: Mapped[points]
    remaining: Mapped[points]
    memo: Mapped[str] = mapped_column(String(60))
    facts: Mapped[facts]
    created_at: Mapped[instant]
    write_off_asked_by_id: Mapped[int | None] = mapped_column(BigId)
    written_off_by_id: Mapped[int | None] = mapped_column(BigId)
    written_off_at: Mapped[maybe_instant]
    written_off: Mapped[points] = mapped_column(default=0)
