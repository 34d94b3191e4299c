"""The party branches, their members, the star scheme, and what the street office assessed each quarter."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pointsapp.config import shipped
from pointsapp.core import clock
from pointsapp.core.yaml_file import read_document
from pointsapp.demo import facts
from pointsapp.demo.street import Street
from pointsapp.demo.timeline import Timeline
from pointsapp.people.models import Person
from pointsapp.stars.models import Branch, BranchKind
from pointsapp.stars.queries import newest_round
from pointsapp.stars.rules.branches import BranchDraft
from pointsapp.stars.rules.scheme import HUNDREDTHS, Source
from pointsapp.stars.services import (
    Assess,
    HeadcountDraft,
    MemberDraft,
    assess,
    import_branches,
    import_headcounts,
    import_members,
    import_scheme,
)

MEMBERS_SHARE = 0.12
REASONS = (
    "查阅会议记录与签到表",
    "现场走访两次，情况属实",
    "对照任务清单逐项核对",
    "居民代表座谈反映良好",
    "资料齐全，个别需补充",
)


def build_board(session: Session, street: Street) -> None:
    """Import branches, head counts, members and the scheme, as an operator would from files."""
    moment = street.opened_at
    drafts = [_branch("dgw", f"{facts.STREET[1]}党工委", "committee", "", facts.STREET[0])]
    for code, name, grids in facts.COMMUNITIES:
        short = name.removesuffix("社区")
        drafts.append(_branch(f"zb-{code}", f"{short}党支部", "branch", "dgw", code))
        drafts += [
            _branch(f"xz-{code}-{n}", f"{short}第{'一二三四五'[n - 1]}网格党小组", "group", f"zb-{code}", f"{code}-{n}")
            for n in range(1, grids + 1)
        ]
    import_branches(session, drafts, now=moment)
    counted = clock.local_day(moment)
    rows = zip(facts.COMMUNITIES, facts.HEADCOUNTS, strict=True)
    import_headcounts(
        session,
        [
            HeadcountDraft(line=0, area_code=code, people=heads, counted_on=counted, source="街道人口台账（演示）")
            for (code, _name, _grids), heads in rows
        ],
        now=moment,
    )
    import_members(session, _members(session, street), now=moment)
    document, lines = read_document(shipped("docs/examples") / "henan-urban.yaml")
    import_scheme(session, document, lines, now=moment)


def _branch(code: str, name: str, kind: str, parent: str, area: str) -> BranchDraft:
    return BranchDraft(line=0, code=code, name=name, kind=kind, parent_code=parent, area_code=area)


def _members(session: Session, street: Street) -> list[MemberDraft]:
    """Draw the members among the residents; a file of members knows people by phone, so each gets an invented one."""
    drafts = []
    for code, residents in street.residents.items():
        for resident in residents:
            if not street.dice.chance(MEMBERS_SHARE):
                continue
            # No such numbers are given out: they begin with 100.
            phone = session.scalar(select(Person.phone).where(Person.id == resident.person.id))
            if phone is None:
                phone = f"1001{resident.person.id:07d}"
                session.execute(update(Person).where(Person.id == resident.person.id).values(phone=phone))
            drafts.append(MemberDraft(line=0, phone=phone, branch_code=f"zb-{code}"))
    return drafts


def plan_assessments(timeline: Timeline, street: Street, *, now: datetime) -> None:
    """Let the street office assess what cannot be counted: most of it in the first weeks of each quarter."""
    quarters = {clock.quarter_of(clock.local_day(moment))[0] for moment in (street.opened_at, now)}
    for first in sorted(quarters):
        begin = max(clock.at_local(first), street.opened_at) + timedelta(days=2)
        for number in range(18):
            moment = begin + timedelta(days=number * 2, hours=9)
            if moment < now:
                timeline.at(moment, lambda session, now: _assess_some(session, street, now))


def _assess_some(session: Session, street: Street, now: datetime) -> None:
    """Assess a handful of indicators that nobody has assessed in this round yet."""
    dice, found = street.dice, newest_round(session, now=now)
    assert found is not None
    branches = session.scalars(select(Branch).where(Branch.kind == BranchKind.BRANCH).order_by(Branch.id)).all()
    undone = [
        (branch, indicator)
        for branch in branches
        for star in found.scheme.stars
        for indicator in star.indicators
        if indicator.source is Source.ASSESSED and (found.id, branch.id, indicator.key) not in street.assessed
    ]
    for branch, indicator in dice.sample(undone, min(len(undone), 8)):
        street.assessed.add((found.id, branch.id, indicator.key))
        share = dice.choice((0.6, 0.75, 0.85, 0.9, 1.0, 1.0))
        command = Assess(
            round_id=found.public_id,
            branch_id=branch.public_id,
            indicator=indicator.key,
            score=round(indicator.most * share / HUNDREDTHS) * HUNDREDTHS,
            reason=dice.choice(REASONS),
        )
        assess(session, street.street_admin, command, now=now)
