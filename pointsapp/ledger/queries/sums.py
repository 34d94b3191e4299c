"""Public sums: what was issued, spent, donated and lapsed in a span, and what stood at its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.ledger.models import Flow, Posting, Unit

# How each flow moves the two places where points that were given out can be.
AVAILABLE_SIGNS = {
    Flow.ISSUED: 1,
    Flow.REVERSED: -1,
    Flow.HELD: -1,
    Flow.RELEASED: 1,
    Flow.DONATED: -1,
    Flow.UNDONATED: 1,
    Flow.LAPSED: -1,
    Flow.UNLAPSED: 1,
    Flow.GIVEN: -1,
    Flow.RECEIVED: 1,
}
HELD_SIGNS = {Flow.HELD: 1, Flow.RELEASED: -1, Flow.SPENT: -1, Flow.UNSPENT: 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One unit's sums over a span, and what stood at its end. Minutes are only issued, reversed and available."""

    unit: Unit
    issued: int
    reversed: int
    spent: int
    donated: int
    lapsed: int
    available_at_end: int
    held_at_end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    start: datetime
    end: datetime
    lines: tuple[StatementLine, ...]


def flows(session: Session, start: datetime | None = None, end: datetime | None = None) -> dict[Unit, dict[Flow, int]]:
    """Return the sum of each flow per unit over [start, end)."""
    query = select(Posting.unit, Posting.flow, func.sum(Posting.amount)).group_by(Posting.unit, Posting.flow)
    if start is not None:
        query = query.where(Posting.posted_at >= start)
    if end is not None:
        query = query.where(Posting.posted_at < end)
    sums: dict[Unit, dict[Flow, int]] = {unit: dict.fromkeys(Flow, 0) for unit in Unit}
    for unit, flow, amount in session.execute(query):
        sums[unit][flow] = int(amount)
    return sums


def net(sums: Mapping[Flow, int], signs: Mapping[Flow, int]) -> int:
    """Add up sums by flow, each with the sign it has in the figure that is asked for."""
    return sum(sign * sums[flow] for flow, sign in signs.items())


def statement(session: Session, start: datetime, end: datetime) -> Statement:
    """Return the public sums of [start, end)."""
    span, ever = flows(session, start, end), flows(session, None, end)
    return Statement(start=start, end=end, lines=tuple(line_of(unit, span[unit], ever[unit]) for unit in Unit))


def line_of(unit: Unit, span: Mapping[Flow, int], ever: Mapping[Flow, int]) -> StatementLine:
    """Return the public line of a unit from its flows over the span and since the beginning."""
    return StatementLine(
        unit=unit,
        issued=span[Flow.ISSUED],
        reversed=span[Flow.REVERSED],
        spent=span[Flow.SPENT] - span[Flow.UNSPENT],
        donated=span[Flow.DONATED] - span[Flow.UNDONATED],
        lapsed=span[Flow.LAPSED] - span[Flow.UNLAPSED],
        available_at_end=net(ever, AVAILABLE_SIGNS),
        held_at_end=net(ever, HELD_SIGNS),
    )


def totals(session: Session) -> tuple[tuple[tuple[str, str], int], ...]:
    """Return ((unit, kind), sum) of everything ever posted: issued - reversed = available + held + spent + donated + lapsed."""
    found = []
    for unit, sums in flows(session).items():
        kinds = {
            "issued": sums[Flow.ISSUED],
            "reversed": sums[Flow.REVERSED],
            "available": net(sums, AVAILABLE_SIGNS),
            "held": net(sums, HELD_SIGNS),
            "spent": sums[Flow.SPENT] - sums[Flow.UNSPENT],
            "donated": sums[Flow.DONATED] - sums[Flow.UNDONATED],
            "lapsed": sums[Flow.LAPSED] - sums[Flow.UNLAPSED],
        }
        found += [((unit.value.lower(), kind), value) for kind, value in kinds.items()]
    return tuple(found)
