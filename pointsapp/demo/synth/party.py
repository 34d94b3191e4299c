"""The party side of the invented city: branches over all its areas, members, head counts, a scheme with the rounds of two quarters,
what was assessed by hand, and the evidence that the work of these quarters leaves.

Branches, rounds and the scheme come in by the services of the board; what is much (members, evidence, scores) as rows, as the
services would have written them. The quarters before have no round, so their work leaves no evidence here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pointsapp.areas.queries import AreaRow
from pointsapp.config import shipped
from pointsapp.core import clock
from pointsapp.core.yaml_file import read_document
from pointsapp.demo.dice import Dice
from pointsapp.demo.synth.moments import iso_of, text_of
from pointsapp.demo.synth.places import DISTRICT, Places
from pointsapp.demo.synth.plan import Plan
from pointsapp.demo.synth.rows import Rows
from pointsapp.stars.queries import RoundRow, branches_by_code, latest_rounds
from pointsapp.stars.queries.metrics import ATTENDANCE, MINUTES
from pointsapp.stars.rules.branches import BranchDraft
from pointsapp.stars.rules.scheme import HUNDREDTHS, Source
from pointsapp.stars.services import HeadcountDraft, import_branches, import_headcounts, import_scheme, turn_rounds
from pointsapp.tasks.metrics import TASK

MEMBERS, REPORTING = 0.07, 0.02  # of the residents; of the members, who also report to a second branch
ASSESSED = 0.85  # of what people must score
SHARES = (60, 75, 85, 90, 100, 100)  # percent of an indicator's maximum
ROUNDS = 2


def first_second(now: datetime) -> int:
    """Return when the quarter before this one began."""
    this = clock.quarter_of(clock.local_day(now))[0]
    return int(clock.at_local(clock.quarter_of(this - timedelta(days=1))[0]).timestamp())


def organise(session: Session, plan: Plan, places: Places, *, now: datetime) -> dict[int, list[int]]:
    """Found the branches of the plan, count heads, open the rounds of this quarter and the one before; return area -> branches.

    One branch per street, community and grid, in this order, then further ones in the grids until there are enough. Where rounds run
    already their scheme stays, and the new branches join them.
    """
    begins = datetime.fromtimestamp(first_second(now), now.tzinfo)
    seats: list[AreaRow] = [*places.streets, *places.communities]
    while len(seats) < plan.branches:
        seats += places.grids
    seats = seats[: plan.branches]
    drafts = [_branch(f"{DISTRICT}-dw", "合成区委", "committee", "", places.district)]
    drafts += [
        _branch(f"{DISTRICT}-zb{n}", f"{area.name}第{n}支部", "branch", f"{DISTRICT}-dw", area)
        for n, area in enumerate(seats, 1)
    ]
    import_branches(session, drafts, now=begins)
    heads = {"street": len(places.streets), "community": len(places.communities), "grid": len(places.grids)}
    import_headcounts(
        session,
        [
            HeadcountDraft(
                line=0, area_code=area.code, people=max(1, plan.residents // heads[area.kind]),
                counted_on=clock.local_day(begins), source="合成人口数",
            )
            for area in dict.fromkeys(seats)
        ],
        now=begins,
    )  # fmt: skip
    if not latest_rounds(session, 1):
        import_scheme(session, *read_document(shipped("docs/examples") / "henan-urban.yaml"), now=begins)
    turn_rounds(session, now=now)
    found = branches_by_code(session, [draft.code for draft in drafts[1:]])
    of_area: dict[int, list[int]] = {}
    for draft in drafts[1:]:
        branch = found[draft.code]
        of_area.setdefault(branch.area_id, []).append(branch.id)
    return of_area


def _branch(code: str, name: str, kind: str, parent: str, area: AreaRow) -> BranchDraft:
    return BranchDraft(line=0, code=code, name=name, kind=kind, parent_code=parent, area_code=area.code)


class Party:
    """Who is a member, what was assessed, and what the work from `since` (seconds) on leaves as evidence."""

    def __init__(
        self, dice: Dice, of_area: dict[int, list[int]], grids: Sequence[AreaRow], since: int, run: str
    ) -> None:  # fmt: skip
        self._dice, self._of_area, self._run = dice, of_area, run
        self._branches = sorted(branch for found in of_area.values() for branch in found)
        self._below: dict[int, list[int]] = {}  # community -> its grids
        for grid in grids:
            assert grid.parent_id is not None
            self._below.setdefault(grid.parent_id, []).append(grid.id)
        self.since = since

    def join(self, rows: Rows, person_id: int, home: AreaRow, at: str) -> None:
        """Let some become members of a branch of where they live."""
        if not self._dice.chance(MEMBERS):
            return
        near = self._of_area.get(home.id) or self._of_area.get(home.parent_id or 0) or self._branches
        branch_id = self._dice.choice(near)
        rows.of["membership"].append((person_id, branch_id, 0, None, at))
        second = self._dice.choice(self._branches)
        if self._dice.chance(REPORTING) and second != branch_id:
            rows.of["membership"].append((person_id, second, 1, None, at))

    def came(self, rows: Rows, event_id: int, at: int, area_id: int, person_id: int, minutes: int) -> None:
        """Keep what an attendance that was credited gives."""
        if at < self.since:
            return
        when, add = text_of(at), rows.of["evidence"].append
        add((next(rows.names), event_id, ATTENDANCE, area_id, person_id, 1, when, when))
        add((next(rows.names), event_id, MINUTES, area_id, person_id, minutes, when, when))

    def credited(self, rows: Rows, at: int, community: int, person_id: int, minutes: int, category: str) -> None:
        """Tell of what needs no shift, as check-in tells of an attendance, in one of the community's grids."""
        if at < self.since:
            return
        event_id, area_id = rows.number("event"), self._dice.choice(self._below[community])
        facts = f'{{"category": "{category}", "minutes": {minutes}, "occurred_at": "{iso_of(at)}"}}'
        rows.of["event"].append(
            (event_id, "checkin.credited", text_of(at), area_id, person_id, None, f"{self._run}:{event_id}", facts)
        )
        self.came(rows, event_id, at, area_id, person_id, minutes)

    def closed(self, rows: Rows, at: int, area_id: int, task_id: int, participants: int) -> None:
        """Tell of a task carried out to its end."""
        if at < self.since:
            return
        event_id, when = rows.number("event"), text_of(at)
        facts = f'{{"participants": {participants}}}'
        rows.of["event"].append((event_id, "tasks.closed", when, area_id, None, None, f"task:{task_id}", facts))
        if participants:
            rows.of["evidence"].append((next(rows.names), event_id, TASK, area_id, None, 1, when, when))

    def assess(self, rows: Rows, rounds: Sequence[RoundRow], by_id: int, ends: int) -> None:
        """Score most of what people must score, three weeks into each round."""
        for found in rounds[:ROUNDS]:
            at = min(int(clock.at_local(found.starts_on + timedelta(days=21)).timestamp()), ends)
            by_hand = [one for one in found.scheme.indicators if one.source is Source.ASSESSED]
            for branch_id in self._branches:
                for one in by_hand:
                    if self._dice.chance(ASSESSED):
                        score = one.most * self._dice.choice(SHARES) // 100 // HUNDREDTHS * HUNDREDTHS
                        rows.of["assessment"].append(
                            (next(rows.names), found.id, branch_id, one.key, score, "逐项核对", by_id, text_of(at))
                        )
            rows.flush()
