"""What each row of a table of head counts or of members would do, judged against what stands; nothing is written here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import areas_by_codes
from pointsapp.people.models import Person
from pointsapp.stars.models import AreaHeadcount, Branch, Membership
from pointsapp.stars.queries.branches import BRANCH_COLUMNS, BranchRow, branch_row
from pointsapp.stars.rules.tables import HeadcountDraft, MemberDraft, Unfit

Key = TypeVar("Key", int, str)
_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedHeadcount:
    """`area_path` is None where the area is not known; `is_new` only where nothing is unfit."""

    draft: HeadcountDraft
    area_id: int | None = None
    area_path: str | None = None
    is_new: bool = False
    unfit: tuple[Unfit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedMember:
    """`area_id` and `area_path` are the branch's; `stands_elsewhere`: another branch has the person's own membership, not a report."""

    draft: MemberDraft
    person_id: int | None = None
    branch_id: int | None = None
    area_id: int | None = None
    area_path: str | None = None
    is_new: bool = False
    stands_elsewhere: bool = False
    unfit: tuple[Unfit, ...] = ()


def judge_headcounts(session: Session, drafts: Sequence[HeadcountDraft], *, today: date) -> list[JudgedHeadcount]:
    """Judge every row in its order: another number for the same area and day is unfit, the same one changes nothing.

    A count of a day to come is unfit: the newest one governs, and nobody has counted yet.
    """
    areas = areas_by_codes(session, [draft.area_code for draft in drafts])
    standing = {
        (area_id, counted_on): people
        for chunk in _chunks({area.id for area in areas.values()})
        for area_id, counted_on, people in session.execute(
            select(AreaHeadcount.area_id, AreaHeadcount.counted_on, AreaHeadcount.people).where(
                AreaHeadcount.area_id.in_(chunk)
            )
        )
    }
    found = []
    for draft in drafts:
        area = areas.get(draft.area_code)
        if area is None:
            found.append(JudgedHeadcount(draft=draft, unfit=(Unfit("area", code=draft.area_code),)))
            continue
        if draft.counted_on > today:
            ahead = Unfit("ahead", column="counted_on", day=draft.counted_on.isoformat())
            found.append(JudgedHeadcount(draft=draft, area_id=area.id, area_path=area.path, unfit=(ahead,)))
            continue
        key = (area.id, draft.counted_on)
        is_new, people = key not in standing, standing.setdefault(key, draft.people)
        unfit = () if people == draft.people else (_counted(draft, people),)
        found.append(JudgedHeadcount(draft=draft, area_id=area.id, area_path=area.path, is_new=is_new, unfit=unfit))
    return found


def _counted(draft: HeadcountDraft, people: int) -> Unfit:
    return Unfit("counted", code=draft.area_code, people=people, day=draft.counted_on.isoformat())


def judge_members(session: Session, drafts: Sequence[MemberDraft], *, today: date) -> list[JudgedMember]:
    """Judge every row in its order. Who stands in the branch already, or further up in the file, is no new one."""
    branches = _branches(session, {draft.branch_code for draft in drafts})
    people = _people_by_phone(session, {draft.phone for draft in drafts})
    open_now = {
        (person_id, branch_id): is_reporting
        for chunk in _chunks(set(people.values()))
        for person_id, branch_id, is_reporting in session.execute(
            select(Membership.person_id, Membership.branch_id, Membership.is_reporting).where(
                Membership.ended_at.is_(None), Membership.person_id.in_(chunk)
            )
        )
    }
    own = {person_id: branch_id for (person_id, branch_id), is_reporting in open_now.items() if not is_reporting}
    found = []
    for draft in drafts:
        branch, person_id = branches.get(draft.branch_code), people.get(draft.phone)
        unfit = tuple(_unfit(draft, branch, person_id, today))
        if branch is None or person_id is None or unfit:
            path = branch.area_path if branch is not None else None
            found.append(JudgedMember(draft=draft, area_path=path, unfit=unfit))
            continue
        is_new = (person_id, branch.id) not in open_now
        elsewhere = is_new and not draft.is_reporting and own.get(person_id, branch.id) != branch.id
        open_now.setdefault((person_id, branch.id), draft.is_reporting)
        if not draft.is_reporting:
            own.setdefault(person_id, branch.id)
        found.append(
            JudgedMember(
                draft=draft,
                person_id=person_id,
                branch_id=branch.id,
                area_id=branch.area_id,
                area_path=branch.area_path,
                is_new=is_new,
                stands_elsewhere=elsewhere,
            )
        )
    return found


def _unfit(draft: MemberDraft, branch: BranchRow | None, person_id: int | None, today: date) -> Iterator[Unfit]:
    if branch is None:
        yield Unfit("branch", code=draft.branch_code)
    if person_id is None:
        yield Unfit("nobody", phone=draft.phone)
    if draft.starts_on is not None and draft.starts_on > today:
        yield Unfit("ahead", column="starts_on", day=draft.starts_on.isoformat())


def _branches(session: Session, codes: Collection[str]) -> dict[str, BranchRow]:
    asked = select(*BRANCH_COLUMNS).join(Area, Area.id == Branch.area_id)
    rows = [row for chunk in _chunks(codes) for row in session.execute(asked.where(Branch.code.in_(chunk)))]
    return {found.code: found for found in map(branch_row, rows)}


def _people_by_phone(session: Session, phones: Collection[str]) -> dict[str, int]:
    asked = select(Person.phone, Person.id).where(Person.erased_at.is_(None))
    return {
        str(phone): person_id
        for chunk in _chunks(phones)
        for phone, person_id in session.execute(asked.where(Person.phone.in_(chunk)))
    }


def _chunks(keys: Collection[Key]) -> Iterator[list[Key]]:
    ordered = sorted(keys)
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]
