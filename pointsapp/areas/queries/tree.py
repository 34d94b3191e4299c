"""The console's tree: each area with how many people live there and who looks after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import BigInteger, DateTime, String, column, func, select, table
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area, AreaKind
from pointsapp.areas.queries.lookups import AreaOption, AreaRow, area_options, areas_by_ids, below, ids_in
from pointsapp.core import figures

# Areas stands below people and may not import its models; the console counts heads by these columns.
_person = table("person", column("id", BigInteger), column("name", String), column("home_area_id", BigInteger), column("erased_at", DateTime))  # fmt: skip
_grant = table("role_grant", column("person_id", BigInteger), column("area_id", BigInteger), column("role", String), column("ended_at", DateTime), column("id", BigInteger))  # fmt: skip

LEVELS_SHOWN = 2  # below the chosen area; deeper ones open by a tap
MOST_LINES = 30  # where two levels would be more, one is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaLine:
    """One line of the tree. `people` counts who lives here or below; `leaders` are (role, full name)."""

    public_id: str
    code: str
    name: str
    kind: AreaKind
    level: int
    people: int
    below: int
    leaders: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaTree:
    """What is shown: the way to the chosen area, and its lines in tree order."""

    above: tuple[AreaRow, ...]
    lines: tuple[AreaLine, ...]
    total: int


def area_tree(session: Session, paths: Iterable[str], chosen: AreaRow | None = None) -> AreaTree:
    """Return the tree at or below `paths`, or below `chosen`, two levels deep, or one where two would be a long list."""
    paths = [chosen.path] if chosen is not None else list(paths)
    options = area_options(session, paths=paths)
    depths = {option.path: option.depth - _level(option.path, paths) for option in options}
    near = [option for option in options if depths[option.path] <= LEVELS_SHOWN]
    shown = near if len(near) <= MOST_LINES else [option for option in near if depths[option.path] < LEVELS_SHOWN]
    people, areas = (
        _heads(session, paths, options),
        Counter(ancestor for option in options for ancestor in ids_in(option.path)[:-1]),
    )
    leaders = _leaders(session, [ids_in(option.path)[-1] for option in shown])
    top = min((option.depth for option in shown), default=0)
    lines = tuple(
        AreaLine(
            public_id=option.public_id,
            code=option.code,
            name=option.name,
            kind=option.kind,
            level=option.depth - top,
            people=people[ids_in(option.path)[-1]],
            below=areas[ids_in(option.path)[-1]],
            leaders=tuple(leaders.get(ids_in(option.path)[-1], ())),
        )
        for option in shown
    )
    above_ids = ids_in(chosen.path) if chosen is not None else ()
    found = areas_by_ids(session, above_ids)
    return AreaTree(above=tuple(found[area_id] for area_id in above_ids), lines=lines, total=len(options))


def _level(path: str, paths: list[str]) -> int:
    """Return the depth of the one of `paths` that `path` hangs from."""
    return max((len(ids_in(top)) - 1 for top in paths if path.startswith(top) and top != "/"), default=0)


HEADS, HEADS_TOOK = "areas.heads", "areas.heads_seconds"


def heads_by_home(session: Session) -> dict[str, int]:
    """Return how many people call each area their home, as figures' labels: one pass over everybody, for the worker."""
    counted = (
        select(_person.c.home_area_id, func.count())
        .where(_person.c.home_area_id.is_not(None), _person.c.erased_at.is_(None))
        .group_by(_person.c.home_area_id)
    )
    return {f"area={home_id}": count for home_id, count in session.execute(counted)}


def _heads(session: Session, paths: list[str], options: list[AreaOption]) -> Counter[int]:
    """Return how many live in each area or below; where that is millions, as the worker counted them last."""
    heads: Counter[int] = Counter()
    known = figures.kept(session, HEADS, HEADS_TOOK)
    if known is not None:
        for option in options:
            along = ids_in(option.path)
            for area_id in along:
                heads[area_id] += int(known.get(f"area={along[-1]}", 0))
        return heads
    for top in paths:
        rows = session.execute(
            select(Area.path, func.count())
            .join(_person, _person.c.home_area_id == Area.id)
            .where(below(Area.path, top), _person.c.erased_at.is_(None))
            .group_by(Area.path)
        )
        for path, count in rows:
            for area_id in ids_in(path):
                heads[area_id] += count
    return heads


def _leaders(session: Session, area_ids: list[int]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {}
    for start in range(0, len(area_ids), 500):
        rows = session.execute(
            select(_grant.c.area_id, _grant.c.role, _person.c.name)
            .join(_person, _person.c.id == _grant.c.person_id)
            .where(_grant.c.ended_at.is_(None), _grant.c.area_id.in_(area_ids[start : start + 500]))
            .order_by(_grant.c.id)
        )
        for area_id, role, name in rows:
            found.setdefault(area_id, []).append((role, name))
    return found
