"""Funds with what was donated and what became of it, and gifts from person to person. Who gave what is nobody else's business."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import Base, instant, maybe_instant, points, public_id, ref, row_id


class Fund(Base):
    """What people may donate to: "a hot lunch for neighbours over 80". Closed, it takes nothing more and is still told of."""

    __tablename__ = "fund"

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    area_id: Mapped[int] = ref("area.id")
    name: Mapped[str] = mapped_column(String(40))
    purpose: Mapped[str] = mapped_column(String(300))
    opened_by_id: Mapped[int] = ref("person.id", index=False)
    opened_at: Mapped[instant]
    closed_at: Mapped[maybe_instant]


class Donation(Base):
    """Append-only by trigger, beside the entry that moved the points."""

    __tablename__ = "donation"
    __table_args__ = (CheckConstraint("points > 0", name="points"), Index("ix_donation_fund_at", "fund_id", "at"))

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    fund_id: Mapped[int] = ref("fund.id", index=False)
    person_id: Mapped[int] = ref("person.id")
    points: Mapped[points]
    at: Mapped[instant]


class FundUse(Base):
    """What a fund's points became, told in public. Append-only by trigger: a mistake is told by another one."""

    __tablename__ = "fund_use"
    __table_args__ = (CheckConstraint("points > 0", name="points"),)

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    fund_id: Mapped[int] = ref("fund.id")
    points: Mapped[points]
    words: Mapped[str] = mapped_column(String(300))
    used_on: Mapped[date] = mapped_column(Date)
    told_by_id: Mapped[int] = ref("person.id", index=False)
    told_at: Mapped[instant]


class Gift(Base):
    """Append-only by trigger. No words of one's own: a present needs none, and nobody can be pestered with it."""

    __tablename__ = "gift"
    __table_args__ = (
        CheckConstraint("points > 0", name="points"),
        CheckConstraint("giver_id <> receiver_id", name="two_people"),
        Index("ix_gift_giver_at", "giver_id", "at"),
        Index("ix_gift_receiver_at", "receiver_id", "at"),
    )

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    giver_id: Mapped[int] = ref("person.id", index=False)
    receiver_id: Mapped[int] = ref("person.id", index=False)
    points: Mapped[points]
    at: Mapped[instant]
