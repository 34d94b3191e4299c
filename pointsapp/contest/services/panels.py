"""Panels 赛: called by the street office, closed by their chair. What came out becomes an assessment of each branch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import AreaRow, below, require_area
from pointsapp.contest.errors import (
    BranchOnPanel,
    NobodyPresents,
    NobodyScored,
    NotChair,
    NotForPanel,
    PanelClosed,
    PanelIncomplete,
    PanelNotBegun,
    PanelTooSmall,
)
from pointsapp.contest.messages import (
    CHAIR_APART,
    NOBODY_OF_THAT_NUMBER,
    NOT_WAITED_FOR,
    TOO_MANY_BRANCHES,
    TWICE_ON_PANEL,
    panel_reason,
)
from pointsapp.contest.models import Panel, PanelBranch, PanelExcuse, PanelResult, PanelSeat, PanelState
from pointsapp.contest.policies import DROP_FROM, LEAST_SEATS, may_bind, may_call_panel
from pointsapp.contest.queries.interest import interested
from pointsapp.contest.queries.panels import PanelRow, find_panel, sheet_of
from pointsapp.contest.rules import LEAST_TO_DROP, judge
from pointsapp.core import clock, events, policy
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import Invalid
from pointsapp.core.states import move
from pointsapp.stars.models import Branch, RoundBranch
from pointsapp.stars.queries import BranchRow, RoundRow, find_round
from pointsapp.stars.queries.branches import BRANCH_COLUMNS, branch_row
from pointsapp.stars.queries.evidence import PANEL_ORIGIN
from pointsapp.stars.queries.remit import people_named
from pointsapp.stars.services import Assess, keep_score
from pointsapp.stars.services.gates import hold_open

MOST_BRANCHES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatDraft:
    """`who` is a phone or volunteer number; `title` as what they sit on the panel."""

    who: str
    title: str
    is_chair: bool = False
    is_scoring: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPanel:
    """`area`: all branches of the round in it and below present, in the order of their codes. One seat is the chair's."""

    round_id: str
    indicator: str
    area: str
    held_at: datetime
    place: str
    seats: tuple[SeatDraft, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelReceipt:
    panel_id: str
    state: PanelState
    is_repeat: bool = False


def call_panel(session: Session, actor: Actor, command: CallPanel, *, now: datetime) -> PanelReceipt:
    """Call a panel: who sits on it, which branches present, for which indicator; the rule for dropping is fixed here."""
    found, area = find_round(session, command.round_id), require_area(session, command.area)
    require(may_call_panel(actor, area.path))
    require(may_bind(actor, area.path, found.scheme.indicator(command.indicator)), NotForPanel())
    hold_open(session, found)
    branches = _branches(session, found, area, command.indicator)
    people = _people(session, command.seats)
    chair = next(people[seat.who] for seat in command.seats if seat.is_chair)
    if interested(session, [chair], branches, now=now):
        raise Invalid({"chair": [str(CHAIR_APART)]})
    drop_from = max(int(policy.value(session, DROP_FROM, now=now)), LEAST_TO_DROP)
    panel = Panel(
        round_id=found.id, indicator=command.indicator, area_id=area.id, held_at=command.held_at, place=command.place,
        drop_from=drop_from, called_by_id=actor.person_id, called_at=now,
    )  # fmt: skip
    session.add(panel)
    session.flush()
    seats = [
        {
            "panel_id": panel.id, "person_id": people[seat.who], "title": seat.title, "is_chair": seat.is_chair,
            "is_scoring": seat.is_scoring,
        }
        for seat in command.seats
    ]  # fmt: skip
    session.execute(insert(PanelSeat), seats)
    places = [
        {
            "panel_id": panel.id, "branch_id": branch.id, "round_id": found.id, "indicator": command.indicator,
            "place": place, "is_void": False,
        }
        for place, branch in enumerate(branches, 1)
    ]  # fmt: skip
    session.execute(insert(PanelBranch), places)
    events.record_each(
        session,
        "contest.seat_given",
        at=now,
        subject=f"panel:{panel.id}",
        person_ids=people.values(),
        area_id=area.id,
        actor_id=actor.person_id,
        place=command.place,
        held_at=command.held_at.isoformat(),
    )
    return PanelReceipt(panel_id=panel.public_id, state=panel.state)


def excuse(
    session: Session,
    actor: Actor,
    panel_id: str,
    person_id: str,
    reason: str,
    *,
    branch_id: str | None = None,
    now: datetime,
) -> PanelReceipt:
    """Let the panel close without a score of one of it: for one branch, or for all that are missing; with a reason."""
    panel, row = _of_chair(session, actor, panel_id)
    sheet = sheet_of(session, panel, now=now)
    branches = {branch.id: branch.public_id for branch in sheet.branches}
    people = {seat.public_id: seat.person_id for seat in panel.seats}
    wanted = [
        pair
        for pair in sorted(sheet.missing)
        if pair[0] == people.get(person_id) and branch_id in (None, branches[pair[1]])
    ]
    if not wanted:
        raise Invalid({"person_id": [str(NOT_WAITED_FOR)]})
    session.execute(
        insert(PanelExcuse),
        [
            {
                "panel_id": panel.id, "person_id": person, "branch_id": branch, "reason": reason,
                "by_id": actor.person_id, "at": now,
            }
            for person, branch in wanted
        ],
    )  # fmt: skip
    return PanelReceipt(panel_id=panel.public_id, state=row.state)


def close_panel(session: Session, actor: Actor, panel_id: str, *, now: datetime) -> PanelReceipt:
    """Close a panel once nothing is missing: every branch's mean becomes its assessment, with its reason."""
    panel, row = _of_chair(session, actor, panel_id)
    if clock.local_day(panel.held_at) > clock.local_day(now):
        raise PanelNotBegun(held_on=clock.local_day(panel.held_at).isoformat())
    sheet = sheet_of(session, panel, now=now)
    if sheet.missing:
        raise PanelIncomplete(missing=len(sheet.missing))
    for branch in sheet.branches:
        scores = sheet.scores_of(branch.id)
        if not scores:
            raise NobodyScored(branch=branch.name)
        verdict = judge(scores, drop_from=panel.drop_from)
        command = Assess(
            round_id=panel.round.public_id,
            branch_id=branch.public_id,
            indicator=panel.indicator.key,
            score=verdict.mean,
            reason=panel_reason(verdict),
        )
        kept = keep_score(
            session, actor, panel.round, branch, command, origin=f"{PANEL_ORIGIN}{panel.public_id}", now=now
        )
        session.add(
            PanelResult(
                panel_id=panel.id, branch_id=branch.id, scores=list(verdict.scores), is_cut=verdict.is_cut,
                mean_hundredths=verdict.mean, assessment_id=kept.id,
            )
        )  # fmt: skip
    move(session, row, PanelState.CLOSED, ended_at=now)
    _tell(session, actor, "contest.panel_closed", row, now)
    return PanelReceipt(panel_id=panel.public_id, state=row.state)


def cancel_panel(session: Session, actor: Actor, panel_id: str, reason: str, *, now: datetime) -> PanelReceipt:
    """Call a panel off, with a reason: what was given stays on record and counts nowhere; its branches may be called again."""
    panel = find_panel(session, panel_id)
    require(may_call_panel(actor, panel.area_path))
    row = _locked(session, panel)
    if row.state is PanelState.CANCELLED:
        return PanelReceipt(panel_id=panel.public_id, state=row.state, is_repeat=True)
    if row.state is not PanelState.OPEN:
        raise PanelClosed()
    move(session, row, PanelState.CANCELLED, ended_at=now, reason=reason)
    session.execute(update(PanelBranch).where(PanelBranch.panel_id == row.id).values(is_void=True))
    _tell(session, actor, "contest.panel_cancelled", row, now)
    events.record_each(
        session, "contest.seat_cancelled", at=now, subject=f"panel:{row.id}", area_id=row.area_id,
        person_ids=[seat.person_id for seat in panel.seats], actor_id=actor.person_id, held_at=row.held_at.isoformat(),
        reason=reason,
    )  # fmt: skip
    return PanelReceipt(panel_id=panel.public_id, state=row.state)


def _locked(session: Session, panel: PanelRow) -> Panel:
    """Return the panel's row as it stands now: who scores, excuses or closes stands in one line."""
    return session.scalars(
        select(Panel).where(Panel.id == panel.id).with_for_update().execution_options(populate_existing=True)
    ).one()


def _of_chair(session: Session, actor: Actor, panel_id: str) -> tuple[PanelRow, Panel]:
    panel = find_panel(session, panel_id)
    require(panel.chair.person_id == actor.person_id, NotChair())
    row = _locked(session, panel)
    if row.state is not PanelState.OPEN:
        raise PanelClosed()
    hold_open(session, panel.round)
    return panel, row


def _branches(session: Session, found: RoundRow, area: AreaRow, indicator: str) -> list[BranchRow]:
    """Return who presents; BranchOnPanel where another panel has one of them."""
    rows = session.execute(
        select(*BRANCH_COLUMNS, PanelBranch.panel_id)
        .join(Area, Area.id == Branch.area_id)
        .join(RoundBranch, RoundBranch.branch_id == Branch.id)
        .outerjoin(
            PanelBranch,
            (PanelBranch.branch_id == Branch.id)
            & (PanelBranch.round_id == found.id)
            & (PanelBranch.indicator == indicator)
            & ~PanelBranch.is_void,
        )
        .where(RoundBranch.round_id == found.id, below(Area.path, area.path))
        .order_by(Branch.code)
        .limit(MOST_BRANCHES + 1)
    ).all()
    if not rows:
        raise NobodyPresents()
    if len(rows) > MOST_BRANCHES:
        raise Invalid({"area": [str(TOO_MANY_BRANCHES) % {"most": MOST_BRANCHES}]})
    for row in rows:
        if row.panel_id is not None:
            raise BranchOnPanel(branch=row.name)
    return [branch_row(row) for row in rows]


def _people(session: Session, seats: Sequence[SeatDraft]) -> dict[str, int]:
    """Return whom each seat's `who` names; Invalid where one names nobody, or two the same person."""
    if sum(seat.is_scoring for seat in seats) < LEAST_SEATS:
        raise PanelTooSmall(least=LEAST_SEATS)
    named = [seat.who for seat in seats]
    found = people_named(session, named)
    seen: set[int] = set()
    for seat in seats:
        field = "chair" if seat.is_chair else "seats"
        if seat.who not in found:
            raise Invalid({field: [str(NOBODY_OF_THAT_NUMBER) % {"who": seat.who}]})
        if found[seat.who] in seen:
            raise Invalid({field: [str(TWICE_ON_PANEL) % {"who": seat.who}]})
        seen.add(found[seat.who])
    return {seat.who: found[seat.who] for seat in seats}


def _tell(session: Session, actor: Actor, kind: str, row: Panel, now: datetime) -> None:
    events.record(
        session, kind, at=now, subject=f"panel:{row.id}", area_id=row.area_id, actor_id=actor.person_id,
        indicator=row.indicator,
    )  # fmt: skip
