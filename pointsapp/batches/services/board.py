"""Rows for the star board: official head counts and members of branches, read and judged by the board's own rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from pointsapp.batches.models import Outcome
from pointsapp.batches.services.verdicts import Judged, Lines, bad, empty_cell
from pointsapp.core import clock
from pointsapp.core.actor import Actor
from pointsapp.stars.policies import may_read_members, may_record_headcount
from pointsapp.stars.queries import JudgedHeadcount, JudgedMember, judge_headcounts, judge_members
from pointsapp.stars.rules.tables import (
    HEADCOUNTS,
    MEMBERS,
    MEMBERS_MAY,
    HeadcountDraft,
    MemberDraft,
    Unfit,
    read_headcount,
    read_member,
)

Draft = TypeVar("Draft", HeadcountDraft, MemberDraft)


def judge_headcount_rows(session: Session, actor: Actor, lines: Lines, *, now: datetime) -> list[Judged]:
    """Judge a table of head counts; an area that is not the actor's reads like one that is not there."""
    drafts, found = _read(lines, HEADCOUNTS, read_headcount)
    today = clock.local_day(now)
    for place, row in zip(drafts, judge_headcounts(session, list(drafts.values()), today=today), strict=True):
        line, cells = lines[place]
        if row.area_path is None or not may_record_headcount(actor, row.area_path):
            found[place] = bad(line, cells, "area")
        else:
            found[place] = _told(line, cells, row)
    return [found[place] for place in range(len(lines))]


def judge_member_rows(session: Session, actor: Actor, lines: Lines, *, now: datetime) -> list[Judged]:
    """Judge a table of members. Who stands in another branch is refused, as when they are typed in one by one."""
    drafts, found = _read(lines, MEMBERS + MEMBERS_MAY, read_member)
    today = clock.local_day(now)
    for place, row in zip(drafts, judge_members(session, list(drafts.values()), today=today), strict=True):
        line, cells = lines[place]
        if row.area_path is None or not may_read_members(actor, row.area_path):
            found[place] = bad(line, cells, "branch")
        elif row.stands_elsewhere:
            found[place] = bad(line, cells, "stands")
        else:
            found[place] = _told(line, cells, row)
    return [found[place] for place in range(len(lines))]


def _read(
    lines: Lines, columns: Sequence[str], read: Callable[[int, Mapping[str, str]], Draft]
) -> tuple[dict[int, Draft], dict[int, Judged]]:
    """Return the draft of every row that can be read, and what is wrong with each other, both by the row's place."""
    drafts: dict[int, Draft] = {}
    wrong: dict[int, Judged] = {}
    for place, (line, cells) in enumerate(lines):
        row = dict(zip(columns, cells, strict=True))
        empty = empty_cell(row)
        if empty is not None:
            wrong[place] = bad(line, cells, "empty", column=empty)
            continue
        try:
            drafts[place] = read(line, row)
        except Unfit as unfit:
            wrong[place] = bad(line, cells, unfit.why, **unfit.facts)
    return drafts, wrong


def _told(line: int, cells: Sequence[str], row: JudgedHeadcount | JudgedMember) -> Judged:
    if row.unfit:
        return bad(line, cells, row.unfit[0].why, **row.unfit[0].facts)
    outcome = Outcome.ADDED if row.is_new else Outcome.SAME
    return Judged(line=line, cells=tuple(cells), outcome=outcome, draft=row.draft)
