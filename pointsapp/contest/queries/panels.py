"""Panels as others see them: who sits there, who presents, what is still missing, and what came out.

What somebody gave is read by them alone; before a panel has closed nobody else learns more than that it was given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.contest.models import Panel, PanelBranch, PanelExcuse, PanelResult, PanelScore, PanelSeat, PanelState
from pointsapp.contest.policies import may_read_seats
from pointsapp.contest.queries.interest import interested
from pointsapp.core.actor import Actor
from pointsapp.core.errors import NotFound
from pointsapp.core.masking import mask_name
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.people.models import Person
from pointsapp.stars.models import Branch
from pointsapp.stars.queries import BranchRow, RoundRow
from pointsapp.stars.queries.branches import BRANCH_COLUMNS, branch_row
from pointsapp.stars.queries.rounds import rounds_by_ids
from pointsapp.stars.rules.scheme import Indicator

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatRow:
    """`name` is masked unless the reader is an officer within their remit or sits on the panel."""

    person_id: int
    public_id: str
    name: str
    title: str
    is_chair: bool
    is_scoring: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelRow:
    id: int
    public_id: str
    round: RoundRow
    indicator: Indicator
    area_name: str
    area_path: str
    held_at: datetime
    place: str
    drop_from: int
    state: PanelState
    called_at: datetime
    ended_at: datetime | None
    reason: str
    seats: tuple[SeatRow, ...]

    @property
    def chair(self) -> SeatRow:
        return next(seat for seat in self.seats if seat.is_chair)

    def seat_of(self, person_id: int) -> SeatRow | None:
        return next((seat for seat in self.seats if seat.person_id == person_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The scores of a panel as they stand: who may score whom, what was given (the newest), what is excused."""

    branches: tuple[BranchRow, ...]
    eligible: frozenset[Pair]
    given: dict[Pair, int]
    excused: dict[Pair, str]

    @property
    def missing(self) -> frozenset[Pair]:
        """Pairs (person, branch) that the panel still waits for."""
        return self.eligible - self.given.keys() - self.excused.keys()

    def scores_of(self, branch_id: int) -> list[int]:
        """Return what counts for a branch; a score of somebody who has come to have an interest does not."""
        return [score for pair, score in self.given.items() if pair[1] == branch_id and pair in self.eligible]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRow:
    """What came out for a branch. `scores` ascending, in hundredths; where `is_cut` the first and the last were dropped."""

    branch: BranchRow
    scores: tuple[int, ...]
    is_cut: bool
    mean: int

    @property
    def lines(self) -> tuple[tuple[int, bool], ...]:
        """Each score with whether it was dropped."""
        last = len(self.scores) - 1
        return tuple((score, self.is_cut and number in (0, last)) for number, score in enumerate(self.scores))


def find_panel(session: Session, panel_id: str, actor: Actor | None = None) -> PanelRow:
    """Return the panel with this public id, as `actor` may read it; NotFound when there is none."""
    found = session.execute(
        select(Panel, Area.name, Area.path).join(Area, Area.id == Panel.area_id).where(Panel.public_id == panel_id)
    ).one_or_none()
    if found is None:
        raise NotFound()
    panel, area_name, area_path = found
    return _rows(session, [(panel, area_name, area_path)], actor)[0]


def panels_page(
    session: Session,
    actor: Actor | None,
    page: PageRequest,
    *,
    found: RoundRow | None = None,
    mine: bool = False,
) -> Page[PanelRow]:
    """Return panels, the newest first: of one round, or only those on which the actor sits."""
    query = (
        select(Panel, Area.name, Area.path)
        .join(Area, Area.id == Panel.area_id)
        .order_by(Panel.id.desc())
        .limit(page.limit + 1)
    )
    if found is not None:
        query = query.where(Panel.round_id == found.id)
    if mine:
        sits = select(PanelSeat.panel_id).where(PanelSeat.person_id == (actor.person_id if actor else 0))
        query = query.where(Panel.id.in_(sits))
    if page.after is not None:
        query = query.where(Panel.id < page.after[0])
    rows = [(panel, name, path) for panel, name, path in session.execute(query)]
    return cut(_rows(session, rows, actor), page.limit, lambda row: (row.id,))


def _rows(session: Session, found: list[tuple[Panel, str, str]], actor: Actor | None) -> list[PanelRow]:
    if not found:
        return []
    rounds = {one.id: one for one in rounds_by_ids(session, {panel.round_id for panel, _name, _path in found})}
    seats: dict[int, list[tuple[PanelSeat, str, str]]] = {}
    for seat, public_id, name in session.execute(
        select(PanelSeat, Person.public_id, Person.name)
        .join(Person, Person.id == PanelSeat.person_id)
        .where(PanelSeat.panel_id.in_([panel.id for panel, _name, _path in found]))
        .order_by(PanelSeat.is_chair.desc(), PanelSeat.person_id)
    ):
        seats.setdefault(seat.panel_id, []).append((seat, public_id, name))
    rows = []
    for panel, area_name, area_path in found:
        in_full = may_read_seats(actor, area_path) or any(
            actor is not None and seat.person_id == actor.person_id for seat, _id, _name in seats[panel.id]
        )
        indicator = rounds[panel.round_id].scheme.indicator(panel.indicator)
        assert indicator is not None  # a version in force is never changed
        rows.append(
            PanelRow(
                id=panel.id,
                public_id=panel.public_id,
                round=rounds[panel.round_id],
                indicator=indicator,
                area_name=area_name,
                area_path=area_path,
                held_at=panel.held_at,
                place=panel.place,
                drop_from=panel.drop_from,
                state=panel.state,
                called_at=panel.called_at,
                ended_at=panel.ended_at,
                reason=panel.reason,
                seats=tuple(
                    SeatRow(
                        person_id=seat.person_id,
                        public_id=public_id,
                        name=name if in_full else mask_name(name),
                        title=seat.title,
                        is_chair=seat.is_chair,
                        is_scoring=seat.is_scoring,
                    )
                    for seat, public_id, name in seats[panel.id]
                ),
            )
        )
    return rows


def presenting(session: Session, panel_id: int) -> tuple[BranchRow, ...]:
    """Return the branches of a panel in the order in which they present."""
    rows = session.execute(
        select(*BRANCH_COLUMNS)
        .join(Area, Area.id == Branch.area_id)
        .join(PanelBranch, PanelBranch.branch_id == Branch.id)
        .where(PanelBranch.panel_id == panel_id)
        .order_by(PanelBranch.place)
        .limit(500)
    )
    return tuple(branch_row(row) for row in rows)


def sheet_of(session: Session, panel: PanelRow, *, now: datetime, only: int | None = None) -> Sheet:
    """Return the panel's scores as they stand now; with `only`, those of one person."""
    branches = presenting(session, panel.id)
    people = [seat.person_id for seat in panel.seats if seat.is_scoring and only in (None, seat.person_id)]
    keeps_apart = interested(session, people, branches, now=now)
    every = {(person_id, branch.id) for person_id in people for branch in branches}
    excused = session.execute(
        select(PanelExcuse.person_id, PanelExcuse.branch_id, PanelExcuse.reason).where(PanelExcuse.panel_id == panel.id)
    )
    return Sheet(
        branches=branches,
        eligible=frozenset(every - keeps_apart),
        given=_given(session, panel.id, people),
        excused={(person_id, branch_id): reason for person_id, branch_id, reason in excused if person_id in people},
    )


def _given(session: Session, panel_id: int, people: Iterable[int]) -> dict[Pair, int]:
    newest = (
        select(func.max(PanelScore.id))
        .where(PanelScore.panel_id == panel_id, PanelScore.person_id.in_(list(people)))
        .group_by(PanelScore.branch_id, PanelScore.person_id)
    )
    rows = session.execute(
        select(PanelScore.person_id, PanelScore.branch_id, PanelScore.score_hundredths).where(PanelScore.id.in_(newest))
    )
    return {(person_id, branch_id): score for person_id, branch_id, score in rows}


def people_of(session: Session, panel_ids: Collection[str]) -> set[int]:
    """Return who sits on these panels (public ids), in the chair or not."""
    seats = select(PanelSeat.person_id).join(Panel, Panel.id == PanelSeat.panel_id)
    return set(session.scalars(seats.where(Panel.public_id.in_(panel_ids))))


def results_of(session: Session, panel: PanelRow) -> tuple[ResultRow, ...]:
    """Return what came out of a closed panel, in the order in which the branches presented: it is one indicator, not a ranking."""
    rows = session.execute(
        select(*BRANCH_COLUMNS, PanelResult.scores, PanelResult.is_cut, PanelResult.mean_hundredths)
        .join(Area, Area.id == Branch.area_id)
        .join(PanelResult, PanelResult.branch_id == Branch.id)
        .join(
            PanelBranch,
            (PanelBranch.panel_id == PanelResult.panel_id) & (PanelBranch.branch_id == PanelResult.branch_id),
        )
        .where(PanelResult.panel_id == panel.id)
        .order_by(PanelBranch.place)
        .limit(500)
    )
    return tuple(
        ResultRow(branch=branch_row(row), scores=tuple(row.scores), is_cut=row.is_cut, mean=row.mean_hundredths)
        for row in rows
    )
