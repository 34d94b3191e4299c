"""What a new wording of a rule would have given: last month and this one judged once more, in the order in which they were lived."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import clock
from pointsapp.ledger.models import IS_EARNED, Entry, Posting, Unit
from pointsapp.rewards.queries.rules import RuleBook, version_in_force
from pointsapp.rewards.rules import ALL_CATEGORIES, Caps, Inputs, RuleVersionRow, SoFar, is_within_band, score

MOST_CREDITS = 20_000  # of a big city the newest; the page says from when


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What was given since `since` and what the wording would have given, in points; how many credits and people differ.

    `above_band` counts credits whose task would have asked for a second person. `most_lost` is the most that one person would
    have had less.
    """

    since: datetime
    credits: int
    people: int
    points: int
    points_then: int
    changed: int
    people_less: int
    people_more: int
    most_lost: int
    above_band: int
    is_whole: bool

    @property
    def difference(self) -> int:
        return self.points_then - self.points


@dataclass(frozen=True, slots=True)
class _Credit:
    at: datetime
    person_id: int
    inputs: Inputs
    points: int
    has_band: bool


def what_if(
    session: Session, book: RuleBook, category: str, numbers: Mapping[str, int | None], *, now: datetime
) -> WhatIf:
    """Judge the credits of last month and this one by `numbers` in place of the rule of `category`, whatever else stands.

    Caps per day, week and month are exact: what comes before is lived through from the Monday before, and not counted. Credits cut
    short by rain are taken as their share, corrections are left out on both sides.
    """
    first = (clock.local_day(now).replace(day=1) - timedelta(days=1)).replace(day=1)
    lived_from = clock.at_local(first - timedelta(days=first.weekday()))
    credits_made, is_whole = _credits(session, lived_from)
    since = clock.at_local(first) if is_whole or not credits_made else max(clock.at_local(first), credits_made[0].at)
    versions = {
        each: _reworded(version_in_force(session, each, now), book, each, category, numbers)
        for each in sorted({credit.inputs.category for credit in credits_made})
    }
    sums: defaultdict[tuple[int, str, str, date], int] = defaultdict(int)
    before: defaultdict[int, int] = defaultdict(int)
    after: defaultdict[int, int] = defaultdict(int)
    counted = changed = above = 0
    for credit in credits_made:
        kind, person = credit.inputs.category, credit.person_id
        starts = _starts(credit.at)
        so_far = SoFar(
            category={span: sums[person, kind, span, start] for span, start in starts.items()},
            person={span: sums[person, ALL_CATEGORIES, span, start] for span, start in starts.items()},
        )
        points = score(versions[kind], credit.inputs, so_far).points
        for span, start in starts.items():
            sums[person, kind, span, start] += points
            sums[person, ALL_CATEGORIES, span, start] += points
        if credit.at < since:
            continue
        counted += 1
        changed += points != credit.points
        above += credit.has_band and not is_within_band(versions[kind], credit.inputs.points, credit.inputs.points_mode)
        before[person] += credit.points
        after[person] += points
    lost = [before[person] - after[person] for person in before]
    return WhatIf(
        since=since,
        credits=counted,
        people=len(before),
        points=sum(before.values()),
        points_then=sum(after.values()),
        changed=changed,
        people_less=sum(less > 0 for less in lost),
        people_more=sum(less < 0 for less in lost),
        most_lost=max([0, *lost]),
        above_band=above,
        is_whole=is_whole,
    )


def _credits(session: Session, since: datetime) -> tuple[list[_Credit], bool]:
    """Return what was credited for attendances and small deeds, the oldest first, and whether that is everything since then."""
    rows = session.execute(
        select(Posting.entry_id, Posting.unit, Posting.change, Posting.posted_at, Posting.person_id, Entry.inputs)
        .join(Entry, Entry.id == Posting.entry_id)
        .where(IS_EARNED, Posting.posted_at >= since, Posting.unit.in_(tuple(Unit)), Entry.kind == "credit")
        .order_by(Posting.entry_id.desc())
        .limit(2 * MOST_CREDITS)
    ).all()
    found: dict[int, _Credit] = {}
    for row in rows:  # a credit is a line of points, a line of minutes, or both
        kept = found.get(row.entry_id)
        points = (row.change or 0) if row.unit is Unit.POINT else 0
        if kept is not None:
            found[row.entry_id] = replace(kept, points=kept.points + points)
        elif row.inputs is not None:
            found[row.entry_id] = _Credit(
                row.posted_at, row.person_id, _inputs(row.inputs, points), points, has_band="points" in row.inputs
            )
    return [found[key] for key in sorted(found)], len(rows) < 2 * MOST_CREDITS


def _inputs(kept: Mapping[str, Any], given: int) -> Inputs:
    """Return what a credit was judged by. A small deed has no task's points: what it was given once is what it would be given."""
    return Inputs(
        category=kept["category"],
        points=kept.get("points", given),
        points_mode=kept.get("points_mode", "per_completion"),
        minutes=kept.get("minutes", 0),
    )


def _starts(at: datetime) -> dict[str, date]:
    day = clock.local_day(at)
    return {"day": day, "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1)}


def _reworded(
    version: RuleVersionRow, book: RuleBook, kind: str, category: str, numbers: Mapping[str, int | None]
) -> RuleVersionRow:
    """Return how work of `kind` would be judged if the rule of `category` read `numbers`."""
    own = next((line.current for line in book.categories if line.category == kind), None)
    general = book.general.current

    def first(name: str) -> int | None:
        mine = numbers.get(name) if category == kind else getattr(own, name, None)
        whole = numbers.get(name) if category == ALL_CATEGORIES else getattr(general, name, None)
        return whole if mine is None else mine

    spans = {"day": "cap_day", "week": "cap_week", "month": "cap_month"}

    def caps(line: Any, is_meant: bool) -> dict[str, int | None]:
        return {span: numbers.get(name) if is_meant else getattr(line, name, None) for span, name in spans.items()}

    return replace(
        version,
        band_per_completion=first("band_per_completion"),
        band_per_hour=first("band_per_hour"),
        caps=Caps(activity=first("cap_activity"), **caps(own, category == kind)),
        person_caps=Caps(**caps(general, category == ALL_CATEGORIES)),
    )
