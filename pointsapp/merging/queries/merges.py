"""Two accounts side by side, what would go over and what stands in the way; and the merges of one's areas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below_any
from pointsapp.core import merging
from pointsapp.core.actor import COMMUNITY_STAFF, Actor
from pointsapp.core.errors import NotFound
from pointsapp.core.masking import mask_name, mask_phone
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.merging.models import Merge, MergeState
from pointsapp.people.models import Person
from pointsapp.people.policies import Standing, is_staff_of
from pointsapp.people.queries import roles_of
from pointsapp.people.queries.actors import standing_from


@dataclass(frozen=True, slots=True, kw_only=True)
class OnePerson:
    """One of two accounts; `shown_name` and `shown_phone` are masked. `is_closed`: given up or erased."""

    id: int
    public_id: str
    shown_name: str
    shown_phone: str
    number_tail: str
    area_id: int | None
    area_name: str
    created_at: datetime
    is_verified: bool
    has_password: bool
    is_closed: bool
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoPeople:
    absorbed: OnePerson
    survivor: OnePerson

    @property
    def area_id(self) -> int:
        """Where the second person is looked for: the area of the account that is given up, else of the other."""
        found = self.absorbed.area_id or self.survivor.area_id
        if found is None:
            raise NotFound()
        return found


def two_people(session: Session, actor: Actor, absorbed: str | int, survivor: str | int, *, now: datetime) -> TwoPeople:
    """Return both accounts, by public id or key; 404 where one of them does not live in the actor's areas."""
    return TwoPeople(absorbed=_one(session, actor, absorbed, now=now), survivor=_one(session, actor, survivor, now=now))


def _one(session: Session, actor: Actor, who: str | int, *, now: datetime) -> OnePerson:
    by_key = isinstance(who, int)
    found = session.execute(
        select(Person, Area.name, Area.path)
        .outerjoin(Area, Area.id == Person.home_area_id)
        .where(Person.id == who if by_key else Person.public_id == who)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None or (not by_key and found[0].erased_at is not None):
        raise NotFound()
    person, area_name, path = found
    standing = standing_from(person.id, path, roles_of(session, person.id, now=now, and_coming=True))
    if not is_staff_of(actor, path):
        raise NotFound()
    return OnePerson(
        id=person.id,
        public_id=person.public_id,
        shown_name=mask_name(person.name),
        shown_phone=mask_phone(person.phone) if person.phone else "",
        number_tail=person.volunteer_number[-4:],
        area_id=person.home_area_id,
        area_name=area_name or "",
        created_at=person.created_at,
        is_verified=person.verified_at is not None,
        has_password=person.password_hash is not None,
        is_closed=person.erased_at is not None,
        standing=standing,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """One line of a preview: `words` with its number filled in."""

    key: str
    number: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Exactly what would go over, what would come to an end, and what must be settled before."""

    goes: tuple[Going, ...]
    ends: tuple[Going, ...]
    bars: tuple[Going, ...]


def preview_of(session: Session, two: TwoPeople, *, now: datetime) -> Preview:
    """Count what merging two accounts would carry over and end, and what stands in its way; nothing is written."""
    carries, bars = merging.carries(), merging.bars()
    pair = two.absorbed.id, two.survivor.id
    counts = dict(zip(carries, merging.count_each(session, carries, *pair, now=now), strict=True))
    barred = merging.count_each(session, bars, *pair, now=now)
    return Preview(
        goes=tuple(_going(each, number) for each, number in counts.items() if number and not each.ends),
        ends=tuple(_going(each, number) for each, number in counts.items() if number and each.ends),
        bars=tuple(_going(each, number) for each, number in zip(bars, barred, strict=True) if number),
    )


def moved_of(moved: dict[str, int]) -> Preview:
    """Return what a merge that was done moved, in the words of its preview."""
    known = [(each, moved.get(each.key, 0)) for each in merging.carries()]
    return Preview(
        goes=tuple(_going(each, number) for each, number in known if number and not each.ends),
        ends=tuple(_going(each, number) for each, number in known if number and each.ends),
        bars=(),
    )


def _going(each: Any, number: int) -> Going:
    return Going(key=each.key, number=number, words=str(each.label) % {"n": f"{number:,}"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeRow:
    """One merge; names of staff are masked. `result` says what it moved once it is done."""

    id: int
    public_id: str
    state: MergeState
    absorbed_id: int
    survivor_id: int
    shown_name: str
    number_tail: str
    absorbed_tail: str
    area_name: str
    reason: str
    proposed_at: datetime
    proposed_by_id: int
    proposed_by: str
    decided_at: datetime | None
    decided_by: str
    decision_reason: str
    result: Preview


_Old, _New, _Proposer, _Decider = (aliased(Person) for _ in range(4))


def _select() -> Any:
    return (
        select(
            Merge,
            Area.name,
            _Old.volunteer_number,
            _New.name,
            _New.volunteer_number,
            _Proposer.name,
            _Decider.name,
        )
        .join(Area, Area.id == Merge.area_id)
        .join(_Old, _Old.id == Merge.absorbed_id)
        .join(_New, _New.id == Merge.survivor_id)
        .join(_Proposer, _Proposer.id == Merge.proposed_by_id)
        .outerjoin(_Decider, _Decider.id == Merge.decided_by_id)
        .execution_options(populate_existing=True)
    )


def _row(found: Any) -> MergeRow:
    row, area, old_number, name, number, proposer, decider = found
    return MergeRow(
        id=row.id,
        public_id=row.public_id,
        state=row.state,
        absorbed_id=row.absorbed_id,
        survivor_id=row.survivor_id,
        shown_name=mask_name(name),
        number_tail=number[-4:],
        absorbed_tail=old_number[-4:],
        area_name=area,
        reason=row.reason,
        proposed_at=row.proposed_at,
        proposed_by_id=row.proposed_by_id,
        proposed_by=mask_name(proposer),
        decided_at=row.decided_at,
        decided_by=mask_name(decider) if decider else "",
        decision_reason=row.decision_reason or "",
        result=moved_of(row.moved),
    )


def merge_row(session: Session, public_id: str) -> MergeRow | None:
    """Return the merge with this public id, whoever asks: the caller judges who may read it."""
    found = session.execute(_select().where(Merge.public_id == public_id)).one_or_none()
    return None if found is None else _row(found)


def merges_page(session: Session, actor: Actor, page: PageRequest, *, waiting: bool) -> Page[MergeRow]:
    """Return the merges of the actor's areas: those that wait, the oldest first, or the decided ones, newest first."""
    statement = _select().where(below_any(Area.path, actor.paths(COMMUNITY_STAFF))).limit(page.limit + 1)
    is_waiting = Merge.state == MergeState.PROPOSED
    statement = (
        statement.where(is_waiting).order_by(Merge.id)
        if waiting
        else statement.where(~is_waiting).order_by(Merge.id.desc())
    )
    if page.after:
        statement = statement.where(Merge.id > page.after[0] if waiting else Merge.id < page.after[0])
    return cut([_row(each) for each in session.execute(statement)], page.limit, lambda row: (row.id,))
