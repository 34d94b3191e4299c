"""What waits in every feature, read by one statement, each thing with its limits and with whose turn it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, literal, select, union_all
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below_any, ids_in
from pointsapp.core import clock, policy
from pointsapp.core.actor import Actor
from pointsapp.core.duties import Duties
from pointsapp.core.masking import mask_name
from pointsapp.core.working_days import after_working_days, read_days
from pointsapp.desk.policies import DUE_DAYS
from pointsapp.desk.queries.holders import Holder, holders_above
from pointsapp.desk.rules import limits_passed, turn_of
from pointsapp.stars.policies import DAYS_OFF, DAYS_WORKED

MOST_OF_A_KIND = 200  # more than anybody looks through in a day; the page says that there are more
MOST_STEPS = 6  # as deep as an area tree goes, the platform's administrator on top

_kinds: dict[str, Duties] = {}


def register_duties(kind: Duties) -> None:
    """Put a kind of waiting things on the desk; only wiring.py calls this."""
    _kinds[kind.key] = kind


def kinds() -> tuple[Duties, ...]:
    return tuple(_kinds.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One thing that waits. `chain` lists who may do it, area by area upwards; the first `step + 1` of it have it now."""

    kind: Duties
    number: int
    area_id: int
    area_name: str
    since: datetime
    due_at: datetime
    passed: int
    step: int
    title: str
    note: str
    arg: str | None
    chain: tuple[tuple[Holder, ...], ...]
    turn: frozenset[int]
    barred: frozenset[int]

    @property
    def is_late(self) -> bool:
        return self.passed > 0

    @property
    def holders(self) -> tuple[Holder, ...]:
        """Who answers for it now."""
        return self.chain[self.step] if self.chain else ()


@dataclass(frozen=True, slots=True)
class _Calendar:
    """The working days of this deployment, and how many a thing may wait."""

    days: int
    off: frozenset[date]
    on: frozenset[date]

    def limits(self, first: datetime | None, since: datetime, now: datetime) -> list[datetime]:
        """Return the limits that follow one another, those not passed at `now` left out but for the first."""
        found = [first or self._after(clock.local_day(since))]
        while len(found) < MOST_STEPS and found[-1] <= now:
            # a limit is the end of its day, which is the next one's first moment
            found.append(self._after(clock.local_day(found[-1] - timedelta(microseconds=1))))
        return found

    def _after(self, day: date) -> datetime:
        last = after_working_days(day, self.days, off=self.off, on=self.on)
        return clock.day_bounds(last)[1]


def _calendar(session: Session, now: datetime) -> _Calendar:
    days, off, on = policy.values(session, DUE_DAYS, DAYS_OFF, DAYS_WORKED, now=now)
    return _Calendar(max(1, min(int(days), 90)), read_days(str(off)), read_days(str(on)))


def waiting_for(session: Session, actor: Actor, *, now: datetime) -> tuple[list[Waiting], bool]:
    """Return what waits in the areas this actor works for, and whether there is more than was looked at."""
    branches = [branch for kind in kinds() if (branch := _of_kind(kind, actor.paths(kind.roles), now)) is not None]
    return _read(session, branches, now)


def everything_late(session: Session, *, now: datetime) -> list[Waiting]:
    """Return what waits anywhere and was not done in time, for the worker."""
    branches = [branch for kind in kinds() if (branch := _of_kind(kind, ("/",), now)) is not None]
    found, _more = _read(session, branches, now)
    return [thing for thing in found if thing.is_late]


def _of_kind(kind: Duties, paths: Sequence[str], now: datetime) -> Select[Any] | None:
    if not paths:
        return None
    waiting = kind.waiting(now).subquery()
    oldest = (
        select(literal(kind.key).label("kind"), *waiting.c, Area.path, Area.name.label("area_name"))
        .join(Area, Area.id == waiting.c.area_id)
        .where(below_any(Area.path, paths))
        .order_by(waiting.c.since, waiting.c.number)
        .limit(MOST_OF_A_KIND + 1)
        .subquery()
    )
    return select(oldest)


def _read(session: Session, branches: Sequence[Select[Any]], now: datetime) -> tuple[list[Waiting], bool]:
    if not branches:
        return [], False
    rows = session.execute(union_all(*branches) if len(branches) > 1 else branches[0]).all()
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.kind] = counts.get(row.kind, 0) + 1
    calendar = _calendar(session, now)
    held = holders_above(session, {area_id for row in rows for area_id in ids_in(row.path)}, now=now)
    barred = _barred(session, rows, now)
    found = [_thing(row, calendar, held, barred.get((row.kind, row.number), frozenset()), now) for row in rows]
    found.sort(key=lambda thing: (thing.due_at, thing.since, thing.number))
    return found, any(count > MOST_OF_A_KIND for count in counts.values())


def _barred(session: Session, rows: Sequence[Any], now: datetime) -> dict[tuple[str, int], frozenset[int]]:
    """Return who may not do a thing beyond the two whom its row names, of all kinds in one statement."""
    numbers: dict[str, list[int]] = {}
    for row in rows:
        numbers.setdefault(row.kind, []).append(row.number)
    branches = [
        select(literal(key), *asked(wanted, now).subquery().c)
        for key, wanted in numbers.items()
        if (asked := _kinds[key].barred) is not None
    ]
    found: dict[tuple[str, int], frozenset[int]] = {}
    if branches:
        for key, number, person_id in session.execute(union_all(*branches) if len(branches) > 1 else branches[0]):
            found[key, number] = found.get((key, number), frozenset()) | {person_id}
    return found


def _thing(
    row: Any, calendar: _Calendar, held: dict[int | None, tuple[Holder, ...]], others: frozenset[int], now: datetime
) -> Waiting:
    kind = _kinds[row.kind]
    barred = others | {person for person in (row.not_by, row.nor_by) if person is not None}
    own_limit = row.due_at or (clock.day_bounds(row.due_on)[1] if row.due_on else None)
    limits = calendar.limits(own_limit, row.since, now)
    chain = _chain(kind, row, held, barred)
    passed = limits_passed(limits, now)
    step, turn = turn_of([{holder.person_id for holder in holders} for holders in chain], passed)
    return Waiting(
        kind=kind,
        number=row.number,
        area_id=row.area_id,
        area_name=row.area_name,
        since=row.since,
        due_at=limits[0],
        passed=passed,
        step=step,
        title=mask_name(row.title) if kind.is_named else row.title,
        note=row.note or "",
        arg=row.arg,
        chain=chain,
        turn=turn,
        barred=barred,
    )


def _chain(
    kind: Duties, row: Any, held: dict[int | None, tuple[Holder, ...]], barred: frozenset[int]
) -> tuple[tuple[Holder, ...], ...]:
    """Return who may do it, from the area itself upwards; where nobody holds the role, the next area's people are first."""
    steps = []
    for area_id in (*reversed(ids_in(row.path)), None):
        fitting = (
            holder
            for holder in held.get(area_id, ())
            if (area_id is None or holder.role in kind.roles) and holder.person_id not in barred
        )
        # one person with two roles in an area is one person
        people = tuple({holder.person_id: holder for holder in fitting}.values())
        if people:
            steps.append(people)
    if row.only_by is not None:
        named = tuple(holder for step in steps for holder in step if holder.person_id == row.only_by)[:1]
        steps = [named, *steps] if named else steps
    return tuple(steps)
