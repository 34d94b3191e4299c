"""The wall chart: one screen of branches, and which screen comes next where they do not all fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from pointsapp.areas.queries import AreaRow
from pointsapp.core.kept import Kept
from pointsapp.stars.messages import speaks_english
from pointsapp.stars.queries import (
    ItemCounts,
    RoundRow,
    Standing,
    TierGroup,
    added,
    branch_numbers,
    in_tiers,
    overdue_items,
    page_rules,
    plan_counts,
    ready,
    running_rounds,
    tier_groups,
)

ROWS_ON_A_SCREEN = 12  # readable from five metres on a screen of 1920 x 1080


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """`rows` are shown now, `plans` how the items of their plans stand (by branch, then star), `sums` the same by branch.

    Screen `screen` of `screens`; `following` and `before` are where the next and the last one begin (None: everything fits on one).
    Where schemes run side by side their rounds hang one after the other; `schemes` is how many of them turn here, `scheme` the code
    of the one that was asked for. `groups` are the rows by tier, empty where ranks are shown. `overdue` counts the items of all branches' plans that are late.
    """

    round: RoundRow | None
    area: AreaRow | None = None
    scheme: str | None = None
    schemes: int = 1
    rows: tuple[Standing, ...] = ()
    groups: tuple[TierGroup, ...] = ()
    has_ranks: bool = True
    branches: int = 0
    lit_stars: int = 0
    overdue: int = 0
    start: int = 0
    screen: int = 1
    screens: int = 1
    following: int | None = None
    before: int | None = None
    plans: dict[int, dict[str, ItemCounts]] = field(default_factory=dict)
    sums: dict[int, ItemCounts] = field(default_factory=dict)

    @property
    def is_sparse(self) -> bool:
        """Whether the screen has room to draw its rows larger."""
        return len(self.rows) <= ROWS_ON_A_SCREEN // 2


def wall_chart(
    session: Session, start: int, area: AreaRow | None = None, scheme: str | None = None, *, now: datetime
) -> Wall:
    """Return the screen that begins at place `start` (0 where there is no such place) of the rounds that run, of `area` if it is given.

    `scheme`: of the round under this scheme alone. Branches are spread evenly over a round's screens, so that none hangs almost empty;
    no screen mixes two rounds. Ranks are those among all of the round. At most two seconds old; while it says the same it is the same
    object, so that what pages drew of it is kept (web/drawing.py).
    """
    rounds = [one for one in running_rounds(session, now=now) if scheme is None or one.scheme.code == scheme]
    if not rounds:
        return Wall(round=None, area=area, scheme=scheme)
    states = tuple((one.public_id, one.state.value) for one in rounds)
    key = states, start, area.path if area else None, scheme, speaks_english()
    return _walls.get(key, lambda: _same_or(_walls.last(key), _hung(session, rounds, start, area, scheme, now)))


_walls: Kept[Wall] = Kept(most=128)


def _same_or(last: Wall | None, made: Wall) -> Wall:
    return last if last is not None and last == made else made


def _hung(
    session: Session, rounds: Sequence[RoundRow], start: int, area: AreaRow | None, scheme: str | None, now: datetime
) -> Wall:
    sizes = branch_numbers(session, rounds, area.path if area else "")
    hanging = [one for one in rounds if sizes.get(one.id)] or rounds[:1]
    screens = _screens([sizes.get(one.id, 0) for one in hanging])
    number = next((n for n, one in enumerate(screens) if one.start == start), 0)
    screen, found = screens[number], hanging[screens[number].round]
    has_ranks, rule = page_rules(session, now=now)
    rows = [
        row for row in ready(session, found, now=now).rows if area is None or row.branch.area_path.startswith(area.path)
    ]
    if not has_ranks:
        rows = in_tiers(found.scheme, rows)
    shown = tuple(rows[screen.begin : screen.end])
    plans = plan_counts(session, found, [row.branch.id for row in shown], now=now, rule=rule)
    return Wall(
        round=found,
        area=area,
        scheme=scheme,
        schemes=len(hanging),
        rows=shown,
        groups=() if has_ranks else tier_groups(found.scheme, shown),
        has_ranks=has_ranks,
        branches=len(rows),
        lit_stars=sum(row.score.lit_stars for row in rows),
        overdue=overdue_items(session, found, [row.branch.id for row in rows] if area else None, now=now),
        start=screen.start,
        screen=number + 1,
        screens=len(screens),
        following=screens[(number + 1) % len(screens)].start if len(screens) > 1 else None,
        before=screens[number - 1].start if len(screens) > 1 else None,
        plans=plans,
        sums={branch: added(stars.values()) for branch, stars in plans.items()},
    )


@dataclass(frozen=True, slots=True)
class _Screen:
    """Places `begin` to `end` of the round at place `round`; `start` is its place among those of all rounds, which addresses name."""

    round: int
    start: int
    begin: int
    end: int


def _screens(sizes: Sequence[int]) -> list[_Screen]:
    """Return the screens of rounds with `sizes` branches: as few as there must be, and on each of a round's about as many rows."""
    found, base = [], 0
    for number, branches in enumerate(sizes):
        each = max(-(-branches // max(-(-branches // ROWS_ON_A_SCREEN), 1)), 1)
        found += [
            _Screen(number, base + begin, begin, min(begin + each, branches))
            for begin in range(0, max(branches, 1), each)
        ]
        base += branches
    return found
