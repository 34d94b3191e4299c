"""Imports: branches, members, head counts. All rows or none; the same file again changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.queries import areas_by_codes
from pointsapp.core import clock, events
from pointsapp.core.table_file import BadFile
from pointsapp.people.models import Person
from pointsapp.stars.models import AreaHeadcount, Branch, BranchKind, Membership
from pointsapp.stars.queries.rounds import branches_by_code
from pointsapp.stars.rules.branches import BranchDraft, judge_branches
from pointsapp.stars.services.rounds import enrol_branches

_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """How many rows the import added, changed, and found as they were."""

    added: int
    changed: int = 0
    kept: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberDraft:
    line: int
    phone: str
    branch_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadcountDraft:
    line: int
    area_code: str
    people: int
    counted_on: date
    source: str


def import_branches(session: Session, drafts: Sequence[BranchDraft], *, now: datetime) -> Imported:
    """Bring the party organisation to what `drafts` say. A new branch of kind `branch` joins the rounds that are open."""
    by_code = {branch.code: branch for branch in session.scalars(select(Branch))}
    code_of = {branch.id: branch.code for branch in by_code.values()}
    standing = {branch.code: code_of.get(branch.parent_id or 0, "") for branch in by_code.values()}
    areas = areas_by_codes(session, [draft.area_code for draft in drafts])
    problems = judge_branches(drafts, standing, areas)
    if problems:
        raise BadFile(problems)
    added = 0
    for draft in drafts:
        if draft.code not in by_code:
            branch = Branch(
                code=draft.code,
                name=draft.name,
                kind=BranchKind(draft.kind),
                area_id=areas[draft.area_code].id,
                created_at=now,
            )
            session.add(branch)
            by_code[draft.code] = branch
            added += 1
    session.flush()  # every branch has its key before any names its parent, whatever the file's order
    changed = sum(_bring_to(by_code, draft, areas[draft.area_code].id) for draft in drafts) - _first_parents(
        drafts, standing
    )
    session.flush()
    enrol_branches(session, clock.local_day(now))
    if added or changed:
        events.record(session, "stars.branches_imported", at=now, subject="branch:import", added=added, changed=changed)
    return Imported(added=added, changed=changed, kept=len(drafts) - added - changed)


def _bring_to(by_code: dict[str, Branch], draft: BranchDraft, area_id: int) -> bool:
    branch = by_code[draft.code]
    parent_id = by_code[draft.parent_code].id if draft.parent_code else None
    wanted = (draft.name, BranchKind(draft.kind), parent_id, area_id)
    if (branch.name, branch.kind, branch.parent_id, branch.area_id) == wanted:
        return False
    branch.name, branch.kind, branch.parent_id, branch.area_id = wanted
    return True


def _first_parents(drafts: Sequence[BranchDraft], standing: dict[str, str]) -> int:
    """Count the new branches that were given their parent: that is part of adding them, not a change."""
    return sum(draft.code not in standing and bool(draft.parent_code) for draft in drafts)


def import_members(session: Session, drafts: Sequence[MemberDraft], *, now: datetime) -> Imported:
    """Record memberships without a known beginning. Nobody is taken off a branch by being left out of a file."""
    branches = branches_by_code(session, {draft.branch_code for draft in drafts})
    people = _people_by_phone(session, {draft.phone for draft in drafts})
    problems = [
        (draft.line, f"unknown branch {draft.branch_code!r}") for draft in drafts if draft.branch_code not in branches
    ]
    problems += [(draft.line, f"nobody has the phone {draft.phone}") for draft in drafts if draft.phone not in people]
    if problems:
        raise BadFile(problems)
    open_now = {
        (person_id, branch_id)
        for person_id, branch_id in session.execute(
            select(Membership.person_id, Membership.branch_id).where(Membership.ended_at.is_(None))
        )
    }
    wanted = dict.fromkeys((people[draft.phone], branches[draft.branch_code].id) for draft in drafts)
    new = [pair for pair in wanted if pair not in open_now]
    session.add_all(
        Membership(person_id=person_id, branch_id=branch_id, recorded_at=now) for person_id, branch_id in new
    )
    session.flush()
    if new:
        events.record(session, "stars.members_imported", at=now, subject="membership:import", added=len(new))
    return Imported(added=len(new), kept=len(drafts) - len(new))


def _people_by_phone(session: Session, phones: set[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    ordered = sorted(phones)
    for start in range(0, len(ordered), _CHUNK):
        chunk = ordered[start : start + _CHUNK]
        rows = session.execute(
            select(Person.phone, Person.id).where(Person.phone.in_(chunk), Person.erased_at.is_(None))
        )
        found |= {str(phone): person_id for phone, person_id in rows}
    return found


def import_headcounts(session: Session, drafts: Sequence[HeadcountDraft], *, now: datetime) -> Imported:
    """Record official head counts with their dates; another number for the same area and day is refused."""
    areas = areas_by_codes(session, [draft.area_code for draft in drafts])
    standing = {
        (area_id, counted_on): people
        for area_id, counted_on, people in session.execute(
            select(AreaHeadcount.area_id, AreaHeadcount.counted_on, AreaHeadcount.people)
        )
    }
    problems, new = [], 0
    for draft in drafts:
        area = areas.get(draft.area_code)
        if area is None:
            problems.append((draft.line, f"unknown area {draft.area_code!r}"))
            continue
        key = (area.id, draft.counted_on)
        if key not in standing:
            standing[key] = draft.people
            session.add(
                AreaHeadcount(
                    area_id=area.id,
                    people=draft.people,
                    counted_on=draft.counted_on,
                    source=draft.source,
                    recorded_at=now,
                )
            )
            new += 1
        elif standing[key] != draft.people:
            was = standing[key]
            problems.append((draft.line, f"{draft.area_code} already has {was} people on {draft.counted_on}"))
    if problems:
        raise BadFile(problems)
    session.flush()
    return Imported(added=new, kept=len(drafts) - new)
