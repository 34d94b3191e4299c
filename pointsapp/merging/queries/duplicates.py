"""Accounts that are likely one person's: the same full name in one community, with hints why; and any two that staff name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import AreaKind, below_any, ids_in
from pointsapp.core.actor import COMMUNITY_STAFF, Actor
from pointsapp.core.masking import mask_name, mask_phone
from pointsapp.merging.models import Merge, MergeState
from pointsapp.people.models import Person
from pointsapp.people.rules import read_phone, read_volunteer_number

MOST_NAMES = 60  # looked at in one page: more than anybody clears in a day
MOST_PAIRS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Two accounts of one name. `keep` is the one more was done with; `hints` say why they may be one person, strongest first."""

    shown_name: str
    area_name: str
    keep: str
    keep_tail: str
    keep_phone: str
    keep_since: datetime
    give_up: str
    give_up_tail: str
    give_up_phone: str
    give_up_since: datetime
    hints: tuple[str, ...]


def likely_duplicates(session: Session, actor: Actor) -> tuple[Candidate, ...]:
    """Return the likeliest pairs of the actor's areas; the same name alone, in different communities, is no hint."""
    paths = actor.paths(COMMUNITY_STAFF)
    if not paths:
        return ()
    is_mine = Person.erased_at.is_(None), below_any(Area.path, paths)
    names = (
        select(Person.name)
        .join(Area, Area.id == Person.home_area_id)
        .where(*is_mine)
        .group_by(Person.name)
        .having(func.count() > 1)
        .order_by(func.max(Person.id).desc())
        .limit(MOST_NAMES)
    )
    rows = session.execute(
        select(
            Person.id,
            Person.public_id,
            Person.name,
            Person.phone,
            Person.volunteer_number,
            Person.created_at,
            Person.verified_at,
            Person.password_hash.is_not(None).label("has_password"),
            Area.path,
            Area.name.label("area_name"),
            Area.kind,
        )
        .join(Area, Area.id == Person.home_area_id)
        .where(*is_mine, Person.name.in_(names))
        .order_by(Person.name, Person.id)
        .limit(MOST_NAMES * 10)
    ).all()
    keys = [row.id for row in rows]
    judged = session.execute(
        select(Merge.absorbed_id, Merge.survivor_id).where(
            Merge.state.in_((MergeState.PROPOSED, MergeState.REJECTED)),
            or_(Merge.absorbed_id.in_(keys), Merge.survivor_id.in_(keys)),
        )
    )
    taken = {(row.absorbed_id, row.survivor_id) for row in judged}
    return _pairs(rows, taken)


def _pairs(rows: Sequence[Any], taken: set[tuple[int, int]]) -> tuple[Candidate, ...]:
    groups: dict[str, list[Any]] = {}
    for row in rows:
        groups.setdefault(row.name, []).append(row)
    found = []
    for people in groups.values():
        for first, second in combinations(people[:10], 2):
            if (first.id, second.id) in taken or (second.id, first.id) in taken:
                continue
            hints = hints_of(first, second)
            if hints:
                found.append((len(hints) + 3 * ("same_phone" in hints), _candidate(first, second, hints)))
    found.sort(key=lambda pair: -pair[0])
    return tuple(candidate for _score, candidate in found[:MOST_PAIRS])


def hints_of(first: Any, second: Any) -> tuple[str, ...]:
    """Return why two accounts of one name may be one person's; none where nothing but the name is the same."""
    near = _community(first) == _community(second)
    close = bool(first.phone and second.phone and is_nearly(first.phone, second.phone))
    if not (near or close):
        return ()
    hints = ["same_phone"] if close else []
    hints += ["no_phone"] if not (first.phone and second.phone) else []
    hints += ["unused"] if not (first.has_password and second.has_password) else []
    hints += ["unverified"] if not (first.verified_at and second.verified_at) else []
    # Two neighbours of one name, each with a phone, a password and a known face, are two neighbours.
    return (*hints, "same_home") if hints and near else tuple(hints)


def is_nearly(first: str, second: str) -> bool:
    """Tell whether two phones differ by a country's prefix, or by one digit that was typed wrong."""
    short, long = sorted((first.lstrip("+"), second.lstrip("+")), key=len)
    if len(short) >= 7 and len(long) > len(short):
        return long.endswith(short)
    return len(short) == len(long) and sum(a != b for a, b in zip(short, long, strict=True)) == 1


def _community(row: Any) -> int:
    """Return the community a home lies in: a grid's is the area above it."""
    ids = ids_in(row.path)
    return int(ids[-1] if row.kind is AreaKind.COMMUNITY or len(ids) < 2 else ids[-2])


def _candidate(first: Any, second: Any, hints: tuple[str, ...]) -> Candidate:
    keep, give_up = sorted((first, second), key=_weight)
    return Candidate(
        shown_name=mask_name(keep.name),
        area_name=keep.area_name,
        keep=keep.public_id,
        keep_tail=keep.volunteer_number[-4:],
        keep_phone=mask_phone(keep.phone) if keep.phone else "",
        keep_since=keep.created_at,
        give_up=give_up.public_id,
        give_up_tail=give_up.volunteer_number[-4:],
        give_up_phone=mask_phone(give_up.phone) if give_up.phone else "",
        give_up_since=give_up.created_at,
        hints=hints,
    )


def _weight(row: Any) -> tuple[bool, bool, bool, int]:
    """Sort by what is likelier to be kept: signed in, known at the desk, with a phone, the older one."""
    return not row.has_password, row.verified_at is None, row.phone is None, row.id


def pair_by_hand(session: Session, first: str, second: str) -> tuple[str, str] | None:
    """Return the public ids of two accounts named by phone or volunteer number, None where one is not found."""
    found = []
    for text in (first, second):
        phone, number = read_phone(text), read_volunteer_number(text)
        ways = [Person.phone == phone] if phone else []
        ways += [Person.volunteer_number == number] if number else []
        who = session.scalar(select(Person.public_id).where(or_(*ways), Person.erased_at.is_(None))) if ways else None
        if who is None:
            return None
        found.append(who)
    return found[0], found[1]
