"""The party branches, their members, the two star schemes, and what was assessed each quarter.

The street's communities are scored by the urban scheme, whose second version counts from the second quarter on; its villages, beside
them, by the rural one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pointsapp.config import shipped
from pointsapp.core import clock
from pointsapp.core.yaml_file import read_document
from pointsapp.demo import facts
from pointsapp.demo.contest import PANEL_INDICATOR
from pointsapp.demo.street import Street
from pointsapp.demo.timeline import Timeline
from pointsapp.people.models import Person
from pointsapp.stars.models import Branch, RoundBranch
from pointsapp.stars.queries import running_rounds
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

SECOND = "stars/henan-urban.yaml"
MEMBERS_SHARE, MEMBERS_SHARE_OF_VILLAGES = 0.12, 0.3
COMES_AT_ALL = (
    0.5  # the keenness from which somebody can be a village's party member: few people, and none of them idle
)
REASONS = (
    "查阅会议记录与签到表",
    "现场走访两次，情况属实",
    "对照任务清单逐项核对",
    "居民代表座谈反映良好",
    "资料齐全，个别需补充",
)
# How well a branch does when people assess it: strong, middling, weak; each branch is of one kind.
SHARES = ((0.9, 0.9, 1.0, 1.0), (0.75, 0.85, 0.9, 1.0), (0.6, 0.75, 0.85, 0.9), (0.85, 0.9, 1.0, 1.0))
CHANGED_BEFORE = timedelta(days=12)  # the end of a quarter, as a rule is made known before it counts
BY_ASSESSOR = 0.35
# branch, what, points, why: given on top of the indicators, where the scheme in force has such an item
ITEMS: tuple[tuple[str, str, int, str], ...] = (
    ("wenyuan", "good_practice", 2, "“四点半课堂”的做法写进了区里的简报"),
    ("huaihuaxiang", "good_practice", 4, "楼院议事的做法在全区和全市各推广一次"),
    ("fangzhili", "late_tasks", 2, "任务清单上两项到期没有办完"),
    ("hongzhuanli", "safety_gap", 3, "督查发现的消防通道杂物，两次复查仍在"),
    ("hewan", "open_burning", 2, "麦茬地里焚烧秸秆一处，当天扑灭"),
)


def build_board(session: Session, street: Street) -> None:
    """Import branches, head counts, members and the schemes, as an operator would from files.

    The city's branches and scheme come first: it is what a board shows where nobody chooses. The villages join their own scheme.
    """
    moment = street.opened_at
    committee = _branch("dgw", f"{facts.STREET[1]}党工委", "committee", "", facts.STREET[0])
    import_branches(session, [committee, *_branches(facts.COMMUNITIES)], now=moment)
    plain, lines = _scheme("henan-urban.yaml")
    import_scheme(session, _with_english(plain, _english_names(_scheme(SECOND)[0])), lines, now=moment)
    document, lines = _scheme("stars/henan-rural.yaml")
    document["applies_to"] = {"areas": [code for code, _name, _grids in facts.VILLAGES]}
    import_scheme(session, document, lines, now=moment)
    import_branches(session, _branches(facts.VILLAGES), now=moment)
    counted = clock.local_day(moment)
    rows = zip(facts.PLACES, facts.HEADCOUNTS + facts.VILLAGE_HEADCOUNTS, strict=True)
    import_headcounts(
        session,
        [
            HeadcountDraft(line=0, area_code=code, people=heads, counted_on=counted, source="街道人口台账（演示）")
            for (code, _name, _grids), heads in rows
        ],
        now=moment,
    )
    import_members(session, _members(session, street), now=moment)


def plan_schemes(timeline: Timeline, street: Street) -> None:
    """Bring in the urban scheme's second version before the first quarter ends: it counts from the next one on."""
    _first, last = clock.quarter_of(clock.local_day(street.opened_at))
    changed = max(clock.at_local(last, time(10)) - CHANGED_BEFORE, street.opened_at + timedelta(hours=1))
    document, lines = _scheme(SECOND)
    timeline.at(changed, lambda session, now: import_scheme(session, document, lines, now=now))


def _scheme(name: str) -> tuple[Any, Any]:
    return read_document(shipped("docs/examples") / name)


def _english_names(document: Any) -> dict[str, Any]:
    """Return what is named in both languages anywhere in `document`: the Chinese name -> the name in both."""
    parts = document.values() if isinstance(document, dict) else document if isinstance(document, list) else ()
    name = document.get("name") if isinstance(document, dict) else None
    found = {name["zh"]: name} if isinstance(name, dict) else {}
    for part in parts:
        found |= _english_names(part)
    return found


def _with_english(document: Any, names: dict[str, Any]) -> Any:
    """Return the plain example with the names its second version has in both languages: the demo has an English face."""
    if isinstance(document, list):
        return [_with_english(part, names) for part in document]
    if not isinstance(document, dict):
        return document
    return {
        key: names.get(part, part) if key == "name" and isinstance(part, str) else _with_english(part, names)
        for key, part in document.items()
    }


def _branches(places: Iterable[tuple[str, str, int]]) -> list[BranchDraft]:
    """Return a branch for each place, and below it a group for each grid."""
    drafts = []
    for code, name, grids in places:
        short = name.removesuffix("社区")
        drafts.append(_branch(f"zb-{code}", f"{short}党支部", "branch", "dgw", code))
        drafts += [
            _branch(f"xz-{code}-{n}", f"{short}第{'一二三四五'[n - 1]}网格党小组", "group", f"zb-{code}", f"{code}-{n}")
            for n in range(1, grids + 1)
        ]
    return drafts


def _branch(code: str, name: str, kind: str, parent: str, area: str) -> BranchDraft:
    return BranchDraft(line=0, code=code, name=name, kind=kind, parent_code=parent, area_code=area)


def _members(session: Session, street: Street) -> list[MemberDraft]:
    """Draw the members among the residents; a file of members knows people by phone, so each gets an invented one."""
    drafts, villages = [], {code for code, _name, _grids in facts.VILLAGES}
    for code, residents in street.residents.items():
        share = MEMBERS_SHARE_OF_VILLAGES if code in villages else MEMBERS_SHARE
        for resident in residents:
            if not street.dice.chance(share) or (code in villages and resident.keenness < COMES_AT_ALL):
                continue
            # No such numbers are given out: they begin with 100.
            phone = session.scalar(select(Person.phone).where(Person.id == resident.person.id))
            if phone is None:
                phone = f"1001{resident.person.id:07d}"
                session.execute(update(Person).where(Person.id == resident.person.id).values(phone=phone))
            drafts.append(MemberDraft(line=0, phone=phone, branch_code=f"zb-{code}"))
    return drafts


def plan_assessments(timeline: Timeline, street: Street, *, now: datetime) -> None:
    """Let office and assessor score what cannot be counted: most of it in the first weeks of each quarter, extras in the middle."""
    quarters = {clock.quarter_of(clock.local_day(moment))[0] for moment in (street.opened_at, now)}
    for first in sorted(quarters):
        begin = max(clock.at_local(first), street.opened_at) + timedelta(days=2)
        for number in range(18):
            moment = begin + timedelta(days=number * 2, hours=9)
            if moment < now:
                timeline.at(moment, lambda session, now: _assess_some(session, street, now))
        timeline.at(begin + timedelta(days=20, hours=11), lambda session, now: _assess_items(session, street, now))


def _assess_some(session: Session, street: Street, now: datetime) -> None:
    """Assess a handful of indicators that nobody has assessed in these rounds yet."""
    dice = street.dice
    for found, most in zip(running_rounds(session, now=now), (8, 3), strict=False):
        branches = session.scalars(
            select(Branch)
            .join(RoundBranch, RoundBranch.branch_id == Branch.id)
            .where(RoundBranch.round_id == found.id)
            .order_by(Branch.id)
        ).all()
        kinds = {branch.id: SHARES[number % len(SHARES)] for number, branch in enumerate(branches)}
        undone = [
            (branch, indicator)
            for branch in branches
            for star in found.scheme.stars
            for indicator in star.indicators
            if indicator.source is Source.ASSESSED
            and indicator.key != PANEL_INDICATOR
            and (found.id, branch.id, indicator.key) not in street.assessed
        ]
        for branch, indicator in dice.sample(undone, min(len(undone), most)):
            street.assessed.add((found.id, branch.id, indicator.key))
            share = dice.choice(kinds[branch.id])
            by_assessor = not indicator.by and dice.chance(BY_ASSESSOR)
            command = Assess(
                round_id=found.public_id,
                branch_id=branch.public_id,
                indicator=indicator.key,
                score=round(indicator.most * share / HUNDREDTHS) * HUNDREDTHS,
                reason=dice.choice(REASONS),
            )
            assess(session, street.by_log_in["assessor"] if by_assessor else street.street_admin, command, now=now)


def _assess_items(session: Session, street: Street, now: datetime) -> None:
    """Give the bonuses and deductions of the quarter."""
    for found in running_rounds(session, now=now):
        part = select(Branch.code).join(RoundBranch, RoundBranch.branch_id == Branch.id)
        taking_part = set(session.scalars(part.where(RoundBranch.round_id == found.id)))
        for code, key, points, reason in ITEMS:
            branch = f"zb-{code}"
            if branch in taking_part and found.scheme.item(key) is not None:
                command = Assess(
                    round_id=found.public_id, branch_id=branch, indicator=key, score=points * HUNDREDTHS, reason=reason
                )
                assess(session, street.street_admin, command, now=now)
