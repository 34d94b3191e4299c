"""Counted periods: the running ones as they were last counted, the finished ones as they stay."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import Base, instant, row_id


class RunningCount(Base):
    """A period that still runs, as the worker counted it last; overwritten each time, nobody was promised an old one."""

    __tablename__ = "running_count"

    period: Mapped[str] = mapped_column(String(10), primary_key=True)  # 2026-11, 2026-Q4, 2026
    counted_at: Mapped[instant]
    content: Mapped[str] = mapped_column(Text)


class StatisticSheet(Base):
    """A period that is over: its canonical content and the digest of it. Append-only by trigger: corrections stand in later periods."""

    __tablename__ = "statistic_sheet"

    id: Mapped[row_id]
    period: Mapped[str] = mapped_column(String(10), unique=True)
    first_on: Mapped[date] = mapped_column(Date)
    last_on: Mapped[date] = mapped_column(Date)
    cut_off_at: Mapped[instant]
    closed_at: Mapped[instant]
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(Text)
