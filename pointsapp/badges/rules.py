"""Which medals somebody's figures earn, and what is still missing for the next one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pointsapp.badges.models import Series

BRONZE, SILVER, GOLD = 1, 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service that was done and counted: `month` is the first day of its local month, `organiser` an area's key."""

    minutes: int
    month: date
    organiser: int
    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One medal of a series: its step, its metal (1 to 3), and when it was won."""

    least: int
    metal: int
    won_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """One series: what somebody has, its medals from the smallest, and the next step, None where all are won."""

    series: Series
    value: int
    steps: tuple[Step, ...]
    next_least: int | None

    @property
    def missing(self) -> int:
        """How much is still missing for the next medal; 0 where there is none."""
        return 0 if self.next_least is None else max(0, self.next_least - self.value)


ELDER_CARE = "elder_care"


def figures_of(services: Collection[Service], deeds: int) -> dict[Series, int]:
    """Return what each series counts."""
    return {
        Series.SERVICES: len(services),
        Series.HOURS: sum(each.minutes for each in services) // 60,
        Series.MONTHS: longest_run(each.month for each in services),
        Series.ORGANISERS: len({each.organiser for each in services}),
        Series.KINDS: len({each.category for each in services}),
        Series.ELDERS: sum(each.category == ELDER_CARE for each in services),
        Series.DEEDS: deeds,
    }


def longest_run(months: Iterable[date]) -> int:
    """Return the length of the longest run of months that follow one another."""
    numbers = sorted({month.year * 12 + month.month for month in months})
    longest = run = 0
    for at, number in enumerate(numbers):
        run = run + 1 if at and number == numbers[at - 1] + 1 else 1
        longest = max(longest, run)
    return longest


def earned(figures: Mapping[Series, int], steps: Mapping[Series, Sequence[int]]) -> list[tuple[Series, int, int]]:
    """Return the medals that the figures earn: (series, step, figure), in the order of the series, the smallest first."""
    return [
        (series, least, figures[series])
        for series in Series
        for least in sorted(steps[series])
        if 0 < least <= figures[series]
    ]


def metal_of(least: int, steps: Sequence[int]) -> int:
    """Return the metal of a step: the highest is gold, the lowest of several bronze, silver between."""
    if least >= max(steps, default=0):
        return GOLD
    return BRONZE if least <= min(steps) else SILVER


def shelf(series: Series, value: int, steps: Sequence[int], won: Mapping[int, datetime]) -> Shelf:
    """Return one series as it is shown: the steps in force, and those that were won when others were."""
    shown = sorted({step for step in steps if step > 0} | set(won))
    ahead = [step for step in sorted(steps) if step > 0 and step not in won]
    return Shelf(
        series=series,
        value=value,
        steps=tuple(Step(least=step, metal=metal_of(step, shown), won_at=won.get(step)) for step in shown),
        next_least=ahead[0] if ahead else None,
    )
