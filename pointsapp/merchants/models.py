"""Merchants (shops and public units), the invitations to work for them, and their offers."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import Base, instant, maybe_instant, public_id, ref, row_id


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
