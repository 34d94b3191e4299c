"""Pure decisions of statistics: the figures there are, how they add up over the tree, which periods are to be counted."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

FORMAT = 2  # 1 knew no ages; what was closed with it stays as it is
# What is counted. People and their books go by the area they live in, tasks by the task's area, shops by the shop's:
# each row lies in exactly one area, so every figure of an area is the sum of what lies below it and of what is its own.
PEOPLE = ("registered", "joined", "active")
WORK = ("times", "minutes", "tasks", "shifts")
POINTS = ("issued", "spent", "donated", "lapsed", "available", "held")
EVER = ("issued_ever", "spent_ever", "donated_ever", "lapsed_ever")
SHOPS = ("merchants", "active_merchants", "redemptions", "redeemed_points")
SETTLEMENTS = ("settlements", "confirmed", "settled_points", "settled_fen")
# Ages in full years at the end of the period's year, by the band they begin: nobody is asked for a day of birth.
BANDS = ((0, "u18"), (18, "18"), (35, "35"), (60, "60"), (70, "70"), (80, "80"))
UNSAID = "unsaid"
AGES = (*(f"age_{band}" for _least, band in BANDS), f"age_{UNSAID}")
ACTIVE_AGES = tuple(f"active_{name}" for name in AGES)
LISTED_AGES = frozenset({*AGES[:-1], *ACTIVE_AGES[:-1]})  # all but those who did not say
SMALLEST_GROUP = 5  # fewer people of one age in one place could be recognised
AGE_GROUPS = ("ages", "active_ages")
GROUPS: dict[str, tuple[str, ...]] = {
    "people": PEOPLE,
    "ages": AGES,
    "active_ages": ACTIVE_AGES,
    "work": WORK,
    "points": POINTS,
    "shops": SHOPS,
    "settlements": SETTLEMENTS,
}
FIRST = (*PEOPLE, *WORK, *POINTS, *EVER, *SHOPS, *SETTLEMENTS)
ALL = (*FIRST, *AGES, *ACTIVE_AGES)
_PERIOD = re.compile(r"(20[0-9]{2})(?:-(0[1-9]|1[0-2]|Q[1-4]))?")

Figures = Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """`key` as 2026-11, 2026-Q4 or 2026; local days, both included."""

    key: str
    first: date
    last: date

    @property
    def months(self) -> tuple[str, ...]:
        """The keys of the months inside it."""
        count = 12 if len(self.key) == 4 else 3 if "Q" in self.key else 1
        return tuple(f"{self.first.year}-{self.first.month + number:02}" for number in range(count))


def read_period(key: str) -> Period | None:
    """Return the period called `key`, None when it is none."""
    found = _PERIOD.fullmatch(key)
    if found is None:
        return None
    year, part = int(found[1]), found[2]
    if part is None:
        return Period(key=key, first=date(year, 1, 1), last=date(year, 12, 31))
    if part.startswith("Q"):
        month = 3 * int(part[1]) - 2
        return Period(key=key, first=date(year, month, 1), last=_month_end(year, month + 2))
    return Period(key=key, first=date(year, int(part), 1), last=_month_end(year, int(part)))


def _month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def periods_of(day: date) -> tuple[Period, Period, Period]:
    """Return the month, the quarter and the year that `day` lies in."""
    keys = f"{day:%Y-%m}", f"{day.year}-Q{(day.month + 2) // 3}", f"{day.year}"
    found = [read_period(key) for key in keys]
    month, quarter, year = (one for one in found if one is not None)
    return month, quarter, year


def ended_periods(since: date, today: date) -> tuple[Period, ...]:
    """Return every month, quarter and year that began on or after the month of `since`, or holds it, and is over; the oldest first."""
    found: dict[str, Period] = {}
    day = since.replace(day=1)
    while day < today:
        for period in periods_of(day):
            if period.last < today:
                found[period.key] = period
        day = _month_end(day.year, day.month) + timedelta(days=1)
    return tuple(sorted(found.values(), key=lambda period: (period.last, period.first), reverse=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaFigures:
    """What lies in one area itself, not below it."""

    id: str
    code: str
    name: str
    kind: str
    parent: str | None  # its code
    figures: Figures = field(default_factory=dict)


def added(parts: Iterable[Figures], names: tuple[str, ...] = ALL) -> dict[str, int]:
    """Return the sum of figures; what nobody has is 0."""
    total = dict.fromkeys(names, 0)
    for part in parts:
        for name, amount in part.items():
            total[name] += amount
    return total


@dataclass(frozen=True, slots=True, kw_only=True)
class Branching:
    """One area with everything below it (`total`), what is its own (`own`), and each area right below with all of its own."""

    area: AreaFigures
    total: dict[str, int]
    own: dict[str, int]
    below: tuple[tuple[AreaFigures, dict[str, int]], ...]


def branch_out(areas: Iterable[AreaFigures], code: str, names: tuple[str, ...] = ALL) -> Branching | None:
    """Return the area called `code` with its sums of the figures called `names`; None when it was not there then."""
    by_code = {one.code: one for one in areas}
    if code not in by_code:
        return None
    children: dict[str, list[AreaFigures]] = {}
    for one in by_code.values():
        if one.parent is not None:
            children.setdefault(one.parent, []).append(one)

    def whole(one: AreaFigures) -> dict[str, int]:
        return added([one.figures, *(whole(child) for child in children.get(one.code, ()))], names)

    area = by_code[code]
    below = tuple((child, whole(child)) for child in sorted(children.get(code, ()), key=lambda one: one.code))
    own = added([area.figures], names)
    return Branching(area=area, total=added([own, *(sums for _child, sums in below)], names), own=own, below=below)


def holds(figures: Figures) -> bool:
    """Tell whether all points given out are accounted for: issued = available + held + spent + donated + lapsed."""
    spoken_for = ("available", "held", "spent_ever", "donated_ever", "lapsed_ever")
    return figures.get("issued_ever", 0) == sum(figures.get(name, 0) for name in spoken_for)


def areas_of(content: Mapping[str, Any]) -> tuple[AreaFigures, ...]:
    """Return the areas of a content."""
    return tuple(AreaFigures(**one) for one in content["areas"])


def names_in(content: Mapping[str, Any]) -> tuple[str, ...]:
    """Return which figures a content counted: one of the first format has no ages, which is not the same as nobody."""
    return FIRST if content["format"] < 2 else ALL


def band_of(birth_year: int | None, year: int) -> str:
    """Return the band of who was born in `birth_year`, by the age reached in `year`."""
    if birth_year is None:
        return UNSAID
    age = year - birth_year
    return next((band for least, band in reversed(BANDS) if age >= least), BANDS[0][1])


def gathered(
    counts: Mapping[int | None, Mapping[str, int]], parents: Mapping[int | None, int | None]
) -> dict[int | None, dict[str, int]]:
    """Return people by area and band so that no group of fewer than five stands anywhere, nor can be subtracted out of sums.

    A small group of a band stays with those who did not say, and is carried to the area above until there are five; there it is
    listed as that area's own and taken from its unsaid, which may so be below zero. Everybody is counted once on every level, and
    each listed figure is a sum of groups of five or more. `parents` names every area's parent, None at the top.
    """
    carried: dict[int | None, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    found: dict[int | None, dict[str, int]] = {}
    for area in sorted({*counts, *parents}, key=lambda each: _depth(each, parents), reverse=True):
        own = counts.get(area, {})
        listed, unsaid = {}, own.get(UNSAID, 0)
        for _least, band in BANDS:
            mine, number = own.get(band, 0), own.get(band, 0) + carried[area][band]
            if number >= SMALLEST_GROUP:
                listed[band] = number
                unsaid -= number - mine
            else:
                unsaid += mine
                above = parents.get(area)
                if number and above is not None:
                    carried[above][band] += number
        found[area] = listed | {UNSAID: unsaid}
    return found


def _depth(area: int | None, parents: Mapping[int | None, int | None]) -> int:
    above = parents.get(area)
    return 0 if area is None or above is None else 1 + _depth(above, parents)
