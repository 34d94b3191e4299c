"""New evidence is added to the kept counts of the branches above it: what a check-in costs does not grow with what was done before.

Sums rise by what is new. Whether somebody is one more who took part follows from their own few rows, with and without the new ones.
Only where a member did it the branch is counted from its evidence again: what a member is depends on more than rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, func, select, update
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import ids_in
from pointsapp.core.db import table_of
from pointsapp.stars.models import Branch, BranchTally, Evidence, Membership
from pointsapp.stars.queries.counts import span_to_count
from pointsapp.stars.queries.metrics import ATTENDANCE, Span
from pointsapp.stars.queries.rounds import RoundRow

Here = tuple[int, str]  # an area and a kind of evidence


@dataclass(slots=True)
class _New:
    """What is new in each area and below: `sums`, `rows` and who took part since, or no longer does (`people`); `who` did it."""

    sums: dict[Here, int] = field(default_factory=lambda: defaultdict(int))
    rows: dict[Here, int] = field(default_factory=lambda: defaultdict(int))
    people: dict[Here, int] = field(default_factory=lambda: defaultdict(int))
    who: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))  # by area: who was at some attendance


def add_evidence(session: Session, ids: Collection[int], rounds: Iterable[RoundRow], *, now: datetime) -> None:
    """Add these pieces of evidence to the counts of the branches above them that are not to be counted anew anyway.

    Asked in one snapshot with the notes that name the pieces: whatever else is there has been counted before.
    """
    for found in rounds:
        span = span_to_count(found, now)
        new = _new(session, ids, span)
        if new is not None:
            _add(session, found.id, new)


def _new(session: Session, ids: Collection[int], span: Span) -> _New | None:
    """Return what these pieces give in the span, in each area above them; None where none of them counts."""
    pieces = session.execute(
        select(Evidence.metric, Evidence.person_id, Evidence.quantity, Area.path)
        .join(Area, Area.id == Evidence.area_id)
        .where(Evidence.id.in_(ids), span.holds())
    ).all()
    if not pieces:
        return None
    new = _New()
    for piece in pieces:
        for area_id in ids_in(piece.path):
            here = area_id, piece.metric
            new.sums[here] += piece.quantity
            new.rows[here] += bool(piece.quantity)
            if piece.person_id is not None and piece.metric == ATTENDANCE:
                new.who[area_id].add(piece.person_id)
    _count_people(session, ids, span, pieces, new)
    return new


def _count_people(session: Session, ids: Collection[int], span: Span, pieces: Sequence[Any], new: _New) -> None:
    """See for each person and area whether they are above nothing now, and were before."""
    people = {piece.person_id for piece in pieces} - {None}
    rows = session.execute(
        select(
            Evidence.person_id,
            Evidence.metric,
            Area.path,
            func.sum(Evidence.quantity),
            func.sum(case((Evidence.id.in_(ids), Evidence.quantity), else_=0)),
        )
        .join(Area, Area.id == Evidence.area_id)
        .where(Evidence.person_id.in_(people), Evidence.metric.in_({piece.metric for piece in pieces}), span.holds())
        .group_by(Evidence.person_id, Evidence.metric, Area.path)
    )
    totals: dict[tuple[int, Here], list[int]] = defaultdict(lambda: [0, 0])
    for person_id, metric, path, every, added in rows:
        for area_id in ids_in(path):
            total = totals[person_id, (area_id, metric)]
            total[0] += int(every)
            total[1] += int(added)
    for (_person, here), (every, added) in totals.items():
        new.people[here] += (every > 0) - (every - added > 0)


def _add(session: Session, round_id: int, new: _New) -> None:
    areas = {area_id for area_id, _metric in new.sums}
    tallies = session.execute(
        select(BranchTally.branch_id, Branch.area_id, BranchTally.figures, BranchTally.row_counts)
        .join(Branch, Branch.id == BranchTally.branch_id)
        .where(BranchTally.round_id == round_id, ~BranchTally.is_stale, Branch.area_id.in_(areas))
    ).all()
    members = _members(session, [row.branch_id for row in tallies], new)
    raised, again = [], []
    for row in tallies:
        if members[row.branch_id] & new.who[row.area_id]:
            again.append(row.branch_id)
            continue
        metrics = [metric for area_id, metric in new.sums if area_id == row.area_id]
        figures = {**row.figures, "sums": dict(row.figures["sums"]), "people": dict(row.figures["people"])}
        counts = None if row.row_counts is None else dict(row.row_counts)
        for metric in metrics:
            here = row.area_id, metric
            _raise(figures["sums"], metric, new.sums[here])
            _raise(figures["people"], metric, new.people[here])
            if counts is not None:
                _raise(counts, metric, new.rows[here])
        raised.append({"raised": row.branch_id, "tally": figures, "counts": counts})
    table = table_of(BranchTally)
    here_and_now = update(table).where(table.c.round_id == round_id)
    if raised:
        session.connection().execute(
            here_and_now.where(table.c.branch_id == bindparam("raised")).values(
                figures=bindparam("tally"), row_counts=bindparam("counts")
            ),
            raised,
        )
    if again:
        session.connection().execute(here_and_now.where(table.c.branch_id.in_(again)).values(is_stale=True))


def _members(session: Session, branches: Sequence[int], new: _New) -> dict[int, set[int]]:
    """Return who of those that did something is, was or will be a member, by branch."""
    found: dict[int, set[int]] = defaultdict(set)
    who = set().union(*new.who.values()) if new.who else set[int]()
    if not who:
        return found
    asked = select(Membership.branch_id, Membership.person_id).where(
        Membership.person_id.in_(who), Membership.branch_id.in_(branches)
    )
    for branch_id, person_id in session.execute(asked):
        found[branch_id].add(person_id)
    return found


def _raise(figures: dict[str, int], name: str, by: int) -> None:
    figures[name] = figures.get(name, 0) + by
