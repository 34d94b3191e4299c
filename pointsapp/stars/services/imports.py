"""Imports: branches, members, head counts. All rows or none; the same file again changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.queries import areas_by_codes
from pointsapp.core import clock, events
from pointsapp.core.table_file import BadFile
from pointsapp.stars.models import AreaHeadcount, Branch, BranchKind, Membership, SchemeVersion
from pointsapp.stars.queries.drafts import versions_in_force
from pointsapp.stars.queries.reach import named_twice
from pointsapp.stars.queries.tables import JudgedHeadcount, JudgedMember, judge_headcounts, judge_members
from pointsapp.stars.rules.branches import BranchDraft, judge_branches
from pointsapp.stars.rules.tables import HeadcountDraft, MemberDraft
from pointsapp.stars.services.rounds import enrol_branches


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """How many rows the import added, changed, and found as they were."""

    added: int
    changed: int = 0
    kept: int = 0


def import_branches(session: Session, drafts: Sequence[BranchDraft], *, now: datetime) -> Imported:
    """Bring the party organisation to what `drafts` say. A new branch of kind `branch` joins the round that runs.

    Refused with its line is a branch that comes to where two schemes, in force then or later, would both score it.
    """
    by_code = {branch.code: branch for branch in session.scalars(select(Branch))}
    code_of = {branch.id: branch.code for branch in by_code.values()}
    came_from = {branch.code: _place(branch) for branch in by_code.values()}
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
    today = clock.local_day(now)
    moved = {draft.code for draft in drafts if came_from.get(draft.code) != _place(by_code[draft.code])}
    twice = _named_twice(session, moved, today)
    if twice:
        raise BadFile([(draft.line, twice[draft.code]) for draft in drafts if draft.code in twice])
    enrol_branches(session, today)
    if added or changed:
        events.record(session, "stars.branches_imported", at=now, subject="branch:import", added=added, changed=changed)
    return Imported(added=added, changed=changed, kept=len(drafts) - added - changed)


def _place(branch: Branch) -> tuple[BranchKind, int]:
    """Return what decides which schemes name a branch, beside its code."""
    return branch.kind, branch.area_id


def _named_twice(session: Session, codes: set[str], today: date) -> dict[str, str]:
    """Return code -> why, of those among `codes` that two schemes in force today or on a later day name."""
    if not codes:
        return {}
    versions = session.scalars(select(SchemeVersion)).all()
    days = sorted({today, *(one.starts_on for one in versions if one.starts_on > today)})
    found: dict[str, str] = {}
    for day in days:
        found = {**named_twice(session, versions_in_force(versions, day).values()), **found}
    return {code: why for code, why in found.items() if code in codes}


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


def import_members(
    session: Session, drafts: Sequence[MemberDraft], *, now: datetime, by_id: int | None = None
) -> Imported:
    """Record memberships. Nobody is taken off a branch by being left out of a file, and who stands in it stays as they are.

    `by_id` is who brings them in at the desk: each new one is then an act of theirs, as when it is typed in by hand.
    """
    judged = judge_members(session, drafts, today=clock.local_day(now))
    _refuse_unfit(judged)
    new = [row for row in judged if row.is_new]
    made = [
        Membership(
            person_id=row.person_id,
            branch_id=row.branch_id,
            is_reporting=row.draft.is_reporting,
            starts_at=None if row.draft.starts_on is None else clock.at_local(row.draft.starts_on),
            recorded_at=now,
        )
        for row in new
    ]
    session.add_all(made)
    session.flush()
    if by_id is not None:  # without the person: who is a member stands in the register, and nowhere that others read
        acts: list[dict[str, Any]] = [
            {"subject": f"membership:{one.id}", "area_id": row.area_id, "actor_id": by_id, "facts": {}}
            for one, row in zip(made, new, strict=True)
        ]
        events.record_all(session, "stars.member_recorded", at=now, rows=acts)
    if new:
        events.record(session, "stars.members_imported", at=now, subject="membership:import", added=len(new))
    return Imported(added=len(new), kept=len(drafts) - len(new))


def _refuse_unfit(judged: Sequence[JudgedMember | JudgedHeadcount]) -> None:
    problems = [(row.draft.line, str(unfit)) for row in judged for unfit in row.unfit]
    if problems:
        raise BadFile(problems)


def import_headcounts(
    session: Session, drafts: Sequence[HeadcountDraft], *, now: datetime, by_id: int | None = None
) -> Imported:
    """Record official head counts with their dates; another number for the same area and day is refused, and a day to come.

    `by_id` is who brings them in at the desk: each new one is then an act of theirs.
    """
    judged = judge_headcounts(session, drafts, today=clock.local_day(now))
    _refuse_unfit(judged)
    new = [row for row in judged if row.is_new]
    session.add_all(
        AreaHeadcount(
            area_id=row.area_id,
            people=row.draft.people,
            counted_on=row.draft.counted_on,
            source=row.draft.source,
            recorded_at=now,
        )
        for row in new
    )
    session.flush()
    if by_id is not None:
        acts = [
            {
                "subject": f"area:{row.area_id}",
                "area_id": row.area_id,
                "actor_id": by_id,
                "facts": {"people": row.draft.people, "counted_on": row.draft.counted_on.isoformat()},
            }
            for row in new
        ]
        events.record_all(session, "stars.headcount_recorded", at=now, rows=acts)
    return Imported(added=len(new), kept=len(drafts) - len(new))
