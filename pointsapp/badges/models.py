"""Medals that people have won, and how far the worker has looked."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import Base, BigId, enum_check, enum_column, instant, maybe_instant, public_id, ref, row_id


class Series(StrEnum):
    """What a medal counts. Each has steps of its own (policies.py)."""

    SERVICES = "services"
    HOURS = "hours"
    MONTHS = "months"
    ORGANISERS = "organisers"
    KINDS = "kinds"
    ELDERS = "elders"
    DEEDS = "deeds"


class Medal(Base):
    """A medal of one person: `least` is the step as it was when they won it, `value` what they had then. Once for ever."""

    __tablename__ = "medal"
    __table_args__ = (
        enum_check("series", Series),
        CheckConstraint("value >= least", name="value"),
        UniqueConstraint("person_id", "series", "least"),
    )

    id: Mapped[row_id]
    public_id: Mapped[public_id]
    person_id: Mapped[int] = ref("person.id", index=False)
    series: Mapped[Series] = enum_column(Series)
    least: Mapped[int] = mapped_column(Integer)
    value: Mapped[int] = mapped_column(Integer)
    won_at: Mapped[instant]


class MedalMark(Base):
    """How far the events were looked at. One row, `name` "events"."""

    __tablename__ = "medal_mark"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    event_id: Mapped[int] = mapped_column(BigId)
    at: Mapped[maybe_instant]
