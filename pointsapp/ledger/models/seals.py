"""The tables of seals (封条): where each day's book was cut, its blocks, and what was published of it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import JSON, BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import (
    Base,
    instant,
)


class SealCut(Base):
    """Where a day's book was cut: everything numbered up to `last_entry_id` goes into its seal. Append-only.

    `horizon` (PostgreSQL) is the first transaction that had not begun: sealing waits until every earlier one is over.
    """

    __tablename__ = "seal_cut"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(unique=True)
    last_entry_id: Mapped[int] = mapped_column(BigInteger)
    horizon: Mapped[int | None] = mapped_column(BigInteger)
    cut_at: Mapped[instant]


class SealBlock(Base):
    """Up to 256 entries of a seal: the root over them, and a few bytes of each, so that a changed one can be named."""

    __tablename__ = "seal_block"

    seal_number: Mapped[int] = mapped_column(ForeignKey("seal_cut.number"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    after_entry_id: Mapped[int] = mapped_column(BigInteger)
    last_entry_id: Mapped[int] = mapped_column(BigInteger)
    entries: Mapped[int]
    postings: Mapped[int]
    root: Mapped[str] = mapped_column(String(64))
    marks: Mapped[bytes] = mapped_column(LargeBinary)
    holes: Mapped[list[list[int]]] = mapped_column(JSON)


class Seal(Base):
    """A day's seal (封条): the root over its entries and the digest of the seal before. Append-only, published."""

    __tablename__ = "seal"

    number: Mapped[int] = mapped_column(ForeignKey("seal_cut.number"), primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(unique=True)
    after_entry_id: Mapped[int] = mapped_column(BigInteger)
    last_entry_id: Mapped[int] = mapped_column(BigInteger)
    entries: Mapped[int] = mapped_column(BigInteger)
    postings: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    sealed_at: Mapped[instant]
