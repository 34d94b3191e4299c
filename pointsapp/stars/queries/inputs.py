"""What the branches of a round are scored by, made from what was read before: only what changed since is read out and added up again.

Each branch's line is compared as the database gave it, its kept count as the text it is stored as; whoever writes what, and however,
a branch is what its lines say. In a city some dozens of 1,400 branches differ from one second to the next.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Text, bindparam, cast, func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.swift import Swift
from pointsapp.stars.models import Assessment, Branch, BranchTally, RoundBranch
from pointsapp.stars.queries.branches import BRANCH_COLUMNS, branch_row
from pointsapp.stars.queries.counts import (
    HEAD_COLUMNS,
    MOST_LIVE,
    MOST_LIVE_WORK_OF_ALL,
    MOST_NEW,
    beside_round,
    count_some,
    head_of,
    light,
    tally_of,
    waiting,
)
from pointsapp.stars.queries.metrics import Tally
from pointsapp.stars.queries.rounds import RoundRow
from pointsapp.stars.queries.standings import Entry

Given = Mapping[int, Mapping[str, int]]
NOTHING: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """`entries` by branch. Beside them what they were read from: `lines` as the database gave them (a branch that was counted on the spot
    has none), and the scores by hand, which are only ever added to: how many there were, up to which key. `late` are branches where
    something had happened that nobody had counted yet.
    """

    entries: Mapping[int, Entry]
    lines: Mapping[int, tuple[Any, ...]] = field(repr=False)
    given: Given = field(repr=False)
    scores: int = 0
    newest_score: int = 0
    late: frozenset[int] = frozenset()


def read_inputs(session: Session, found: RoundRow, last: Inputs | None, *, now: datetime) -> Inputs:
    """Return what `standings.entries` returns, by branch; an entry that says what it said in `last` is the same object."""
    # Asked before the counts are read, as `counts.waiting` says; the scores by hand before all: what comes in between is read next time.
    scores, newest, given = _given(session, found, last, now)
    waits = waiting(session)
    rows = _LINES.found(session, round_id=found.id, as_of=found.span(now).as_of)
    is_open = found.closed_at is None
    new = [row[_ID] for row in rows.raw if row[_FIGURES] is None]
    old = [
        (row[_ID], row[_FIGURES])
        for row in rows.raw
        if row[_FIGURES] is not None and (row[_STALE] or (is_open and waits.touches(row[_AREA])))
    ]
    live = count_some(session, found, [*new[:MOST_NEW], *_light(old)], now=now)
    entries: dict[int, Entry] = {}
    lines: dict[int, tuple[Any, ...]] = {}
    for number, row in enumerate(rows.raw):
        key = row[_ID]
        line = (row[:_STALE], given.get(key, NOTHING))
        before = last.entries.get(key) if last is not None else None
        counted = live.get(key)
        if counted is None:
            lines[key] = line
            if before is not None and last is not None and last.lines.get(key) == line:
                entries[key] = before
                continue
        made = _entry(rows.row(number), line[1], counted)
        entries[key] = before if before is not None and before == made else made
    late = frozenset(key for key, _figures in old if key not in live)
    return Inputs(entries=entries, lines=lines, given=given, scores=scores, newest_score=newest, late=late)


def _light(old: Sequence[tuple[int, str]]) -> list[int]:
    """Return those of `old` (branch, its kept figures) that are counted on the spot."""
    if len(old) > MOST_LIVE:
        return []
    return light({key: tally_of(json.loads(figures)) for key, figures in old}, MOST_LIVE_WORK_OF_ALL)


def _entry(row: Any, given: Mapping[str, int], counted: Tally | None) -> Entry:
    kept = None if row.figures is None else tally_of(json.loads(row.figures), json.loads(row.row_counts or "null"))
    tally = counted or kept or Tally()
    tally.headcount = head_of(row)
    aims = None if row.aims is None else tuple(json.loads(row.aims))
    return Entry(branch=branch_row(row), aims=aims, tally=tally, given=given)


def _given(session: Session, found: RoundRow, last: Inputs | None, now: datetime) -> tuple[int, int, Given]:
    """Return how many scores by hand there are, the newest's key, and of each branch and indicator the newest, as of the closing."""
    here = (Assessment.round_id == found.id, Assessment.at <= (found.closed_at or now))
    if last is None:
        return _all_given(session, *here)
    number, newest = session.execute(select(func.count(), func.max(Assessment.id)).where(*here)).one()
    newest = newest or 0
    if (number, newest) == (last.scores, last.newest_score):
        return number, newest, last.given
    later = _scores(session, *here, Assessment.id > last.newest_score, Assessment.id <= newest)
    if last.scores + len(later) == number:
        return number, newest, _on_top(last.given, later)
    return _all_given(session, *here)  # one with a lower key was committed after a higher one


def _all_given(session: Session, *here: Any) -> tuple[int, int, Given]:
    every = _scores(session, *here)
    return len(every), every[-1].id if every else 0, _on_top({}, every)


def _scores(session: Session, *where: Any) -> Sequence[Any]:
    columns = Assessment.branch_id, Assessment.indicator, Assessment.score_hundredths, Assessment.id
    return session.execute(select(*columns).where(*where).order_by(Assessment.id)).all()


def _on_top(before: Given, later: Sequence[Any]) -> Given:
    """Return `before` with later scores in the place of earlier ones; who got none keeps the same mapping."""
    found = dict(before)
    touched: dict[int, dict[str, int]] = {}
    for branch_id, indicator, score, _id in later:
        if branch_id not in touched:
            touched[branch_id] = dict(before.get(branch_id, NOTHING))
        touched[branch_id][indicator] = score
    found.update(touched)
    return found


def _asked_lines() -> Select[Any]:
    """Select a line for each branch of a round."""
    lines = (
        select(
            *BRANCH_COLUMNS,
            cast(RoundBranch.aims, Text).label("aims"),
            cast(BranchTally.figures, Text).label("figures"),
            cast(BranchTally.row_counts, Text).label("row_counts"),
            *HEAD_COLUMNS,
            BranchTally.is_stale,
        )
        .join(Area, Area.id == Branch.area_id)
        .join(RoundBranch, RoundBranch.branch_id == Branch.id)
        .where(RoundBranch.round_id == bindparam("round_id"))
    )
    return beside_round(lines, bindparam("as_of"))


_LINES = Swift(_asked_lines)
# Where a line has what: the branch's own columns come first, whether it is out of date comes last.
_ID, _AREA, _FIGURES, _STALE = 0, 5, len(BRANCH_COLUMNS) + 1, -1
