"""The list of the day as a page shows it: what waits for me, what is late, and what waits with others in my areas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from pointsapp.core import clock
from pointsapp.core.actor import Actor
from pointsapp.desk.queries.holders import Holder
from pointsapp.desk.queries.waiting import Waiting, waiting_for

SCOPES = ("mine", "late", "all")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLine:
    """One line: things of one kind about one title that are done on one page. `due_at` is the earliest of them."""

    kind: str
    name: Any
    title: str
    note: str
    area_name: str
    endpoint: str
    args: dict[str, str]
    count: int
    since: datetime
    due_at: datetime
    is_late: bool
    step: int
    is_mine: bool
    is_still_mine: bool  # others answer for it by now; who had it first may do it still
    may_do: bool
    holders: tuple[Holder, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkList:
    """`mine`, `late` and `today` count things, not lines; `late` and `all` are of all one's areas, `today` of one's own."""

    lines: tuple[WorkLine, ...]
    mine: int
    late: int
    today: int
    total: int
    by_kind: tuple[tuple[str, Any, int], ...]
    has_more: bool


def work_list(session: Session, actor: Actor, *, scope: str = "mine", kind: str = "", now: datetime) -> WorkList:
    """Return what waits: `mine` is my turn, `late` everything overdue in my areas, `all` everything there."""
    waits, has_more = waiting_for(session, actor, now=now)
    found = [thing for thing in waits if not (thing.kind.is_private and actor.person_id in thing.barred)]
    mine = [thing for thing in found if actor.person_id in thing.turn]
    late = [thing for thing in found if thing.is_late]
    shown = {"mine": mine, "late": late}.get(scope, found)
    counts: dict[str, tuple[Any, int]] = {}
    for thing in shown:
        counts[thing.kind.key] = (thing.kind.name, counts.get(thing.kind.key, ("", 0))[1] + 1)
    ends_today = clock.day_bounds(clock.local_day(now))[1]
    return WorkList(
        lines=_lines([thing for thing in shown if kind in ("", thing.kind.key)], actor),
        mine=len(mine),
        late=len(late),
        today=sum(not thing.is_late and thing.due_at <= ends_today for thing in mine),
        total=len(found),
        by_kind=tuple((key, name, count) for key, (name, count) in counts.items()),
        has_more=has_more,
    )


def _lines(things: list[Waiting], actor: Actor) -> tuple[WorkLine, ...]:
    """Put things together that are done on one page: a shift's forgotten check-outs are one line, not fifteen."""
    groups: dict[tuple[Any, ...], list[Waiting]] = {}
    for thing in things:
        is_mine, may_do = actor.person_id in thing.turn, actor.person_id not in thing.barred
        key = (thing.kind.key, thing.title, thing.arg, thing.area_id, thing.is_late, thing.step, is_mine, may_do)
        groups.setdefault(key, []).append(thing)
    return tuple(_line(group, actor, is_mine=key[6], may_do=key[7]) for key, group in groups.items())


def _line(group: list[Waiting], actor: Actor, *, is_mine: bool, may_do: bool) -> WorkLine:
    first = group[0]
    return WorkLine(
        kind=first.kind.key,
        name=first.kind.name,
        title=first.title,
        note=first.note if len(group) == 1 else "",
        area_name=first.area_name,
        endpoint=first.kind.endpoint,
        args={} if first.kind.arg is None or first.arg is None else {first.kind.arg: first.arg},
        count=len(group),
        since=min(thing.since for thing in group),
        due_at=first.due_at,
        is_late=first.is_late,
        step=first.step,
        is_mine=is_mine,
        is_still_mine=is_mine and may_do and actor.person_id not in {holder.person_id for holder in first.holders},
        may_do=may_do,
        holders=first.holders,
    )
