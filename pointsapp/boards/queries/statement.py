"""The public statement of a month: what was issued, and where all of it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from pointsapp.core import clock
from pointsapp.ledger.models import Unit
from pointsapp.ledger.queries import StatementLine, statement

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
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
    """Return the statement of the month that begins on `month`; a running month goes up to now."""
    following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    start, end = clock.at_local(month), clock.at_local(following)
    is_running = now < end
    until = min(end, now + timedelta(microseconds=1))
    moved = {line.unit: line for line in statement(session, start, until).lines}
    ever = {line.unit: line for line in statement(session, BEGINNING, until).lines}
    minutes = moved[Unit.MINUTE]
    return MonthStatement(
        first_day=month,
        last_day=following - timedelta(days=1),
        is_running=is_running,
        month=moved[Unit.POINT],
        ever=ever[Unit.POINT],
        minutes_in_month=minutes.issued - minutes.reversed,
        minutes_ever=ever[Unit.MINUTE].issued - ever[Unit.MINUTE].reversed,
    )
