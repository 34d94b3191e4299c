"""The public statement of a month: what was issued, and where all of it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import String, bindparam, case, func, select, union_all
from sqlalchemy.orm import Session

from pointsapp.boards import rules
from pointsapp.boards.models import BookSum, UnfoldedPosting
from pointsapp.boards.queries.tail import CAP
from pointsapp.core import clock
from pointsapp.core.db import UTCDateTime, table_of
from pointsapp.ledger.models import Flow, Unit
from pointsapp.ledger.queries import StatementLine, line_of

FIRST_MONTH = date(2020, 1, 1)  # nothing was booked before: earlier months have no page


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthStatement:
    """The month's movements (`month`) and everything since the beginning (`ever`), which must add up."""

    first_day: date
    last_day: date
    is_running: bool
    month: StatementLine
    ever: StatementLine
    minutes_in_month: int
    minutes_ever: int

    @property
    def issued(self) -> int:
        """Points issued since the beginning, taken-back ones left out."""
        return self.ever.issued - self.ever.reversed

    @property
    def accounted(self) -> int:
        """Where they are: available + held + spent + donated + lapsed."""
        ever = self.ever
        return ever.available_at_end + ever.held_at_end + ever.spent + ever.donated + ever.lapsed

    @property
    def previous(self) -> date:
        return (self.first_day - timedelta(days=1)).replace(day=1)

    @property
    def following(self) -> date | None:
        return None if self.is_running else self.last_day + timedelta(days=1)


def month_statement(session: Session, month: date, *, now: datetime) -> MonthStatement:
    """Return the statement of the month that begins on `month`; a running month goes up to now.

    One statement over monthly sums and what is not folded into them, so all figures are of one moment.
    """
    span = rules.span_of("month", month)
    assert span.following is not None
    end = clock.at_local(span.following)
    values = {"month": span.key, "start": clock.at_local(month), "end": end}
    moved, ever = ({unit: dict.fromkeys(Flow, 0) for unit in Unit} for _ in range(2))
    for row in session.execute(_SUMS, values):
        moved[row.unit][row.flow], ever[row.unit][row.flow] = int(row.in_month), int(row.ever)
    lines = {unit: line_of(unit, moved[unit], ever[unit]) for unit in Unit}
    always = {unit: line_of(unit, ever[unit], ever[unit]) for unit in Unit}
    minutes = lines[Unit.MINUTE]
    return MonthStatement(
        first_day=month,
        last_day=span.following - timedelta(days=1),
        is_running=now < end,
        month=lines[Unit.POINT],
        ever=always[Unit.POINT],
        minutes_in_month=minutes.issued - minutes.reversed,
        minutes_ever=always[Unit.MINUTE].issued - always[Unit.MINUTE].reversed,
    )


def _sums() -> Any:
    book, posting = table_of(BookSum), table_of(UnfoldedPosting)
    start, end = (bindparam(name, type_=UTCDateTime()) for name in ("start", "end"))
    unfolded = select(posting).order_by(posting.c.entry_id, posting.c.number).limit(CAP).subquery("unfolded")
    is_this = case((unfolded.c.posted_at >= start, bindparam("month", type_=String())), else_="")
    both = union_all(
        select(book.c.month, book.c.unit, book.c.flow, book.c.amount).where(book.c.month <= bindparam("month")),
        select(is_this, unfolded.c.unit, unfolded.c.flow, unfolded.c.amount).where(unfolded.c.posted_at < end),
    ).subquery("both")
    in_month = case((both.c.month == bindparam("month"), both.c.amount), else_=0)
    return select(
        both.c.unit, both.c.flow, func.sum(in_month).label("in_month"), func.sum(both.c.amount).label("ever")
    ).group_by(both.c.unit, both.c.flow)


_SUMS = _sums()
