"""The cellar of the boards: sums derived from the books, and what is not yet folded into them.

Nothing here is a fact of its own: `pointsapp boards rebuild` makes it all again. Whoever posts writes no sum, so check-ins share
no row. The database itself notes every posting, and every move of a home or choice, in the two `unfolded` tables, in the same
transaction (triggers, made by the migration of the boards); the worker folds those rows and deletes them, also in one transaction. So each counts
exactly once, and one that commits late is simply folded later: there is no mark by id that could pass it over.

No foreign keys: the books keep a person's sums when the person is gone, and a key would lock rows that check-ins use.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pointsapp.core.db import Base, BigId, enum_check, enum_column, instant, points, row_id
from pointsapp.ledger.models import Flow, Unit


class UnfoldedPosting(Base):
    """A posting that the sums do not hold yet."""

    __tablename__ = "unfolded_posting"
    __table_args__ = (enum_check("unit", Unit), enum_check("flow", Flow))

    entry_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    posted_at: Mapped[instant]
    unit: Mapped[Unit] = enum_column(Unit)
    flow: Mapped[Flow] = enum_column(Flow)
    amount: Mapped[points]
    person_id: Mapped[int | None] = mapped_column(BigId)


class UnfoldedPerson(Base):
    """Somebody who moved, chose otherwise or was erased since the sums last looked."""

    __tablename__ = "unfolded_person"

    id: Mapped[row_id]
    person_id: Mapped[int] = mapped_column(BigId)


class PersonSum(Base):
    """What one person earned in one period, and the home under which it is counted."""

    __tablename__ = "person_sum"
    __table_args__ = (Index("ix_person_sum_period", "period"),)

    person_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    period: Mapped[str] = mapped_column(String(8), primary_key=True)
    points: Mapped[points]
    minutes: Mapped[int] = mapped_column(BigInteger)
    home_id: Mapped[int | None] = mapped_column(BigId)


class BoardPlace(Base):
    """A person on the board of an area (0: everywhere): only who has points there and may be listed."""

    __tablename__ = "board_place"
    __table_args__ = (Index("ix_board_place_rank", "area_id", "period", "rank_key", "person_id"),)

    person_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    period: Mapped[str] = mapped_column(String(8), primary_key=True)
    area_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    rank_key: Mapped[int] = mapped_column(BigInteger)  # minus the points: the best come first, equals by person


class BoardStep(Base):
    """How many on a board have from `floor` to `floor + width - 1` points: a rank is a sum of steps, not a count of rows."""

    __tablename__ = "board_step"

    area_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    period: Mapped[str] = mapped_column(String(8), primary_key=True)
    width: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    floor: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    people: Mapped[int]


class HomeSum(Base):
    """What all people of one home area did in a month: `earners` have points above zero, `helpers` minutes."""

    __tablename__ = "home_sum"

    period: Mapped[str] = mapped_column(String(8), primary_key=True)
    home_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    earners: Mapped[int]
    helpers: Mapped[int]
    points: Mapped[points]
    minutes: Mapped[int] = mapped_column(BigInteger)


class BookSum(Base):
    """The sum of one flow over a local month: the public statement adds these up."""

    __tablename__ = "book_sum"
    __table_args__ = (enum_check("unit", Unit), enum_check("flow", Flow))

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    unit: Mapped[Unit] = enum_column(Unit, primary_key=True)
    flow: Mapped[Flow] = enum_column(Flow, primary_key=True)
    amount: Mapped[points]


class BoardFold(Base):
    """One row, written by whoever folds: a reader sees by `version` whether a fold came between two of its looks."""

    __tablename__ = "board_fold"

    id: Mapped[row_id]
    version: Mapped[int] = mapped_column(BigInteger)
