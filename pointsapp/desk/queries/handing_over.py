"""The hand-over list (交接单): what hangs on one person, and which of their areas nobody else looks after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from pointsapp.areas.queries import ids_in
from pointsapp.core.actor import MERCHANT_ROLES, Actor
from pointsapp.core.duties import Held
from pointsapp.core.errors import NotFound
from pointsapp.desk.queries.holders import Holder, holders_above
from pointsapp.people.policies import may_grant
from pointsapp.people.queries import DeskPerson, RoleLine, desk_person

MOST_OF_A_KIND = 50

_kinds: dict[str, Held] = {}


def register_held(kind: Held) -> None:
    """Put a kind of things that hang on a person on the hand-over list; only wiring.py calls this."""
    _kinds[kind.key] = kind


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLine:
    title: str
    note: str
    at: datetime
    endpoint: str
    args: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldGroup:
    """The things of one kind, the soonest first; `has_more` where there are more than are shown, `is_due` where `at` is a deadline."""

    key: str
    name: Any
    lines: tuple[HeldLine, ...]
    has_more: bool
    is_due: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleToHandOver:
    """One role, and who else holds one in the same area now: nobody means that its work goes to the area above."""

    line: RoleLine
    others: tuple[Holder, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    person: DeskPerson
    roles: tuple[RoleToHandOver, ...]
    groups: tuple[HeldGroup, ...]


def hand_over(session: Session, actor: Actor, person: str, *, now: datetime) -> HandOver:
    """Return what somebody would leave behind; for themself, and for who may end one of their roles. 404 for anybody else."""
    # Of somebody in office, on a sheet that is signed: their name, not a resident's.
    found = desk_person(session, actor, person, now=now, is_open=True)
    if found is None or not _may_read(actor, found):
        raise NotFound()
    lines = [line for line in found.roles if line.role not in MERCHANT_ROLES]
    held = holders_above(session, {key for line in lines if (key := _area_id(line)) is not None}, now=now)
    return HandOver(
        person=found,
        roles=tuple(
            RoleToHandOver(
                line=line,
                others=tuple(holder for holder in held.get(_area_id(line), ()) if holder.person_id != found.id),
            )
            for line in lines
        ),
        groups=_groups(session, found.id, actor, now),
    )


def _area_id(line: RoleLine) -> int | None:
    """Return the key of the role's area, None for the whole platform."""
    return ids_in(line.scope_path)[-1] if line.scope_path else None


def _may_read(actor: Actor, person: DeskPerson) -> bool:
    return person.id == actor.person_id or any(
        may_grant(actor, line.role, area_path=line.scope_path, merchant_id=line.merchant_id) for line in person.roles
    )


def _groups(session: Session, person_id: int, reader: Actor, now: datetime) -> tuple[HeldGroup, ...]:
    branches = []
    for kind in _kinds.values():
        held = kind.held(person_id, now).subquery()
        soonest = select(literal(kind.key).label("kind"), *held.c).order_by(held.c.at).limit(MOST_OF_A_KIND + 1)
        branches.append(select(soonest.subquery()))
    if not branches:
        return ()
    found: dict[str, list[HeldLine]] = {}
    rows = session.execute(union_all(*branches) if len(branches) > 1 else branches[0]).all()
    unread = _unread(session, rows, reader, now)
    for row in rows:
        if (row.kind, row.number) in unread:
            continue
        kind = _kinds[row.kind]
        args = {} if kind.arg is None else {kind.arg: row.arg}
        line = HeldLine(title=row.title, note=row.note or "", at=row.at, endpoint=kind.endpoint, args=args)
        found.setdefault(row.kind, []).append(line)
    return tuple(
        HeldGroup(
            key=key,
            name=kind.name,
            lines=tuple(sorted(found[key], key=lambda line: line.at)[:MOST_OF_A_KIND]),
            has_more=len(found[key]) > MOST_OF_A_KIND,
            is_due=kind.is_due,
        )
        for key, kind in _kinds.items()
        if key in found
    )


def _unread(session: Session, rows: Sequence[Any], reader: Actor, now: datetime) -> set[tuple[str, int]]:
    """Return what is not for this reader's eyes, by kind and number."""
    found = set()
    for kind in _kinds.values():
        numbers = [row.number for row in rows if row.kind == kind.key]
        if kind.barred is not None and numbers:
            pairs = session.execute(select(*kind.barred(numbers, now).subquery().c))
            found |= {(kind.key, number) for number, person_id in pairs if person_id == reader.person_id}
    return found
