"""Merchants (shops and public units), the invitations to work for them, and their offers.

An offer's terms are versions: what a resident was promised is never overwritten, and an edit waits beside the version that
residents keep seeing. Counters live on the offer's own row and move only by conditional UPDATE.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.actor import Role
from pointsapp.core.db import Base, enum_check, enum_column, instant, maybe_instant, points, public_id, ref, row_id


class Merchant(Base):
    """A partner that gives goods or discounts. A paused merchant's offers are not issued; its vouchers still count."""

    __tablename__ = "merchant"

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    area_id: Mapped[int] = ref("area.id")
    address: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str | None] = mapped_column(String(30))
    opening_hours: Mapped[str | None] = mapped_column(String(120))
    paused_at: Mapped[maybe_instant]
    pause_reason: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[instant]


class InvitationState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REVOKED = "revoked"


class Invitation(Base):
    """A QR that makes whoever accepts it clerk or manager of one merchant; used once, and only until `expires_at`."""

    __tablename__ = "merchant_invitation"
    __table_args__ = (enum_check("role", Role), enum_check("state", InvitationState))
    transitions = {
        InvitationState.OPEN: frozenset({InvitationState.ACCEPTED, InvitationState.REVOKED}),
        InvitationState.ACCEPTED: frozenset(),
        InvitationState.REVOKED: frozenset(),
    }

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    merchant_id: Mapped[int] = ref("merchant.id")
    role: Mapped[Role] = enum_column(Role)
    code: Mapped[str] = mapped_column(String(10), unique=True)
    state: Mapped[InvitationState] = enum_column(InvitationState, default=InvitationState.OPEN)
    invited_by_id: Mapped[int] = ref("person.id", index=False)
    created_at: Mapped[instant]
    expires_at: Mapped[instant]
    accepted_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    closed_at: Mapped[maybe_instant]


class Offer(Base):
    """What a merchant gives for points. Its words are the `live_version`; its counters are exact.

    `taken` counts vouchers that are issued or redeemed; `day_taken` those issued on the local day `day`.
    """

    __tablename__ = "offer"
    __table_args__ = (
        CheckConstraint("taken >= 0 AND day_taken >= 0", name="taken"),
        Index("ix_offer_live", "merchant_id", "live_version"),
    )

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    merchant_id: Mapped[int] = ref("merchant.id", index=False)
    live_version: Mapped[int | None]  # the number residents see and get; None: nothing was approved yet
    newest_version: Mapped[int] = mapped_column(default=1)
    # Copied from the live version when it is approved, so that one UPDATE of this row tests and counts.
    stock: Mapped[int | None]
    daily_limit: Mapped[int | None]
    taken: Mapped[int] = mapped_column(default=0)
    day: Mapped[date | None]
    day_taken: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[instant]
    withdrawn_at: Mapped[maybe_instant]


class OfferState(StrEnum):
    DRAFT = "draft"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Funding(StrEnum):
    """Who bears the cost (谁出这笔钱)."""

    GIVEN = "given"  # by the shop itself
    SUBSIDISED = "subsidised"  # a unit pays the shop an agreed amount per redemption


class OfferVersion(Base):
    """The terms of an offer as submitted. Once submitted they never change: an edit is the next version."""

    __tablename__ = "offer_version"
    __table_args__ = (
        enum_check("state", OfferState),
        enum_check("funding", Funding),
        CheckConstraint("points >= 1", name="points"),
        CheckConstraint(
            "funding = 'given' OR (agreed_fen IS NOT NULL AND funding_unit IS NOT NULL AND funded_from_on IS NOT NULL "
            "AND funded_until_on IS NOT NULL)",
            name="subsidy_is_agreed",
        ),
        Index("uq_offer_version_number", "offer_id", "number", unique=True),
        Index("ix_offer_version_state", "state"),
    )
    transitions = {
        OfferState.DRAFT: frozenset({OfferState.PENDING, OfferState.WITHDRAWN}),
        OfferState.PENDING: frozenset({OfferState.APPROVED, OfferState.REJECTED, OfferState.WITHDRAWN}),
        OfferState.APPROVED: frozenset({OfferState.WITHDRAWN}),
        OfferState.REJECTED: frozenset({OfferState.WITHDRAWN}),
        OfferState.WITHDRAWN: frozenset(),
    }

    id: Mapped[row_id]
    offer_id: Mapped[int] = ref("offer.id", index=False)
    number: Mapped[int]
    state: Mapped[OfferState] = enum_column(OfferState)
    title: Mapped[str] = mapped_column(String(60))
    description: Mapped[str] = mapped_column(Text)
    points: Mapped[points]
    stock: Mapped[int | None]  # in all; None: no bound
    per_person_limit: Mapped[int | None]
    daily_limit: Mapped[int | None]  # over all people, per local day
    starts_at: Mapped[maybe_instant]
    ends_at: Mapped[maybe_instant]
    funding: Mapped[Funding] = enum_column(Funding, default=Funding.GIVEN)
    agreed_fen: Mapped[int | None]  # what the funding unit pays the merchant for one redemption
    funding_unit: Mapped[str | None] = mapped_column(String(60))
    funded_from_on: Mapped[date | None]
    funded_until_on: Mapped[date | None]
    written_by_id: Mapped[int] = ref("person.id", index=False)
    created_at: Mapped[instant]
    submitted_at: Mapped[maybe_instant]
    decided_by_id: Mapped[int | None] = ref("person.id", nullable=True, index=False)
    decided_at: Mapped[maybe_instant]
    decline_reason: Mapped[str | None] = mapped_column(String(300))
