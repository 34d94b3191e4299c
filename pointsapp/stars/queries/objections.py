"""Objections during the publication period: as their author, the public and the offices may see them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area, AreaKind
from pointsapp.areas.queries import below_any, ids_in
from pointsapp.core.actor import Actor
from pointsapp.core.errors import NotFound
from pointsapp.core.events import Event
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.people.models import Person
from pointsapp.stars.models import Assessment, Branch, Evidence, Membership, Objection, ObjectionState, RoundBranch
from pointsapp.stars.policies import OBJECTION_READERS, may_read_names, may_read_objections
from pointsapp.stars.queries.branches import BRANCH_COLUMNS, BranchRow, branch_row
from pointsapp.stars.queries.metrics import METRICS, one_branch, reach
from pointsapp.stars.queries.remit import is_own_branch
from pointsapp.stars.queries.rounds import RoundRow, rounds_by_ids
from pointsapp.stars.queries.rows import EvidenceRow, evidence_row
from pointsapp.stars.rules.objections import Bar, bar_to_answering
from pointsapp.stars.rules.scheme import Indicator

MOST_LATE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionRow:
    """One objection. `text` and `by` are None for those who may not read them; `is_overdue`: not answered in time."""

    id: int
    public_id: str
    round_id: int
    branch: BranchRow
    indicator: str | None
    text: str | None
    by: str | None
    by_id: int
    at: datetime
    due_at: datetime
    state: ObjectionState
    answer: str | None
    answered_at: datetime | None
    answered_by: str | None
    admitted: int
    is_overdue: bool


def _objections() -> Any:
    answerer = aliased(Person)
    return (
        select(*BRANCH_COLUMNS, Objection, Person.name.label("author"), answerer.name.label("answerer"))
        .join(Area, Area.id == Branch.area_id)
        .join(Objection, Objection.branch_id == Branch.id)
        .join(Person, Person.id == Objection.by_id)
        .outerjoin(answerer, answerer.id == Objection.answered_by_id)
    )


def _row(row: Any, actor: Actor | None, now: datetime) -> ObjectionRow:
    one, branch = row.Objection, branch_row(row)
    is_own = actor is not None and one.by_id == actor.person_id
    opens = may_read_objections(actor, branch.area_path)
    return ObjectionRow(
        id=one.id,
        public_id=one.public_id,
        round_id=one.round_id,
        branch=branch,
        indicator=one.indicator,
        text=one.text if opens or is_own else None,
        by=row.author if opens or is_own else None,
        by_id=one.by_id,
        at=one.at,
        due_at=one.due_at,
        state=one.state,
        answer=one.answer,
        answered_at=one.answered_at,
        answered_by=row.answerer if opens else None,
        admitted=one.admitted,
        is_overdue=one.state is ObjectionState.OPEN and now > one.due_at,
    )


def objections_on(
    session: Session, found: RoundRow, branch: BranchRow, actor: Actor | None, page: PageRequest, *, now: datetime
) -> Page[ObjectionRow]:
    """Return what was objected about one branch in a round, the newest first. Everybody reads that there is one, and the answer."""
    statement = _objections().where(Objection.round_id == found.id, Objection.branch_id == branch.id)
    return _page(session, statement, actor, page, now)


def objections_page(
    session: Session, found: RoundRow, actor: Actor, page: PageRequest, *, now: datetime
) -> Page[ObjectionRow]:
    """Return the objections of a round in the areas that the actor's office looks after or audits, the newest first."""
    mine = below_any(Area.path, actor.paths(OBJECTION_READERS))
    return _page(session, _objections().where(Objection.round_id == found.id, mine), actor, page, now)


def _page(
    session: Session, statement: Any, actor: Actor | None, page: PageRequest, now: datetime
) -> Page[ObjectionRow]:
    statement = statement.order_by(Objection.id.desc()).limit(page.limit + 1)
    if page.after:
        statement = statement.where(Objection.id < page.after[0])
    rows = [_row(row, actor, now) for row in session.execute(statement)]
    return cut(rows, page.limit, lambda row: (row.id,))


def find_objection(
    session: Session, objection_id: str, actor: Actor | None, *, now: datetime
) -> tuple[RoundRow, ObjectionRow]:
    """Return one objection and its round; NotFound for whoever may not know what it says."""
    found = session.execute(_objections().where(Objection.public_id == objection_id)).one_or_none()
    if found is None:
        raise NotFound()
    row = _row(found, actor, now)
    if row.text is None:
        raise NotFound()
    return rounds_by_ids(session, [row.round_id])[0], row


def open_objections(session: Session, round_id: int) -> int:
    """Return how many objections of a round wait for their answer."""
    return (
        session.scalar(
            select(func.count()).where(Objection.round_id == round_id, Objection.state == ObjectionState.OPEN)
        )
        or 0
    )


# Who had a hand in a score that came from elsewhere, by how its origin begins: given the rest of the origins, whose people they are.
Hands = Callable[[Session, Collection[str]], set[int]]
HANDS: dict[str, Hands] = {}


def register_hands(origin: str, hands: Hands) -> None:
    """Let `assessors_of` know the people behind the scores whose origin begins with `origin`."""
    HANDS[origin] = hands


def assessors_of(session: Session, found: RoundRow, branch_id: int, indicator: str | None) -> set[int]:
    """Return who assessed this indicator of the branch in the round (any indicator, where none is named), each of a panel included."""
    statement = select(Assessment.by_id, Assessment.origin).where(
        Assessment.round_id == found.id, Assessment.branch_id == branch_id
    )
    if indicator is not None:
        statement = statement.where(Assessment.indicator == indicator)
    given = session.execute(statement.distinct()).all()
    people = {by_id for by_id, _origin in given}
    origins = {origin for _by_id, origin in given if origin}
    for start, hands in HANDS.items():
        named = [origin.removeprefix(start) for origin in origins if origin.startswith(start)]
        people |= hands(session, named) if named else set()
    return people


def answering_bar(session: Session, found: RoundRow, row: ObjectionRow, actor: Actor, *, now: datetime) -> Bar | None:
    """Return what keeps `actor` from answering this objection, None where nothing does: what services/objections.py asks again."""
    return bar_to_answering(
        actor.person_id,
        by=row.by_id,
        scorers=assessors_of(session, found, row.branch.id, row.indicator),
        is_own_branch=is_own_branch(session, actor, row.branch, now=now),
    )


def street_path(session: Session, branch: BranchRow) -> str:
    """Return the path of the street that a branch lies in; of its own area where it lies in none."""
    found = session.scalar(
        select(Area.path)
        .where(Area.id.in_(ids_in(branch.area_path)), Area.kind == AreaKind.STREET)
        .order_by(Area.id)
        .limit(1)
    )
    return found or branch.area_path


def is_member_in(session: Session, person_id: int, found: RoundRow, path: str, *, now: datetime) -> bool:
    """Tell whether somebody belongs now to a branch that takes part in the round and lies below `path`."""
    return (
        session.scalar(
            select(Membership.id)
            .join(Branch, Branch.id == Membership.branch_id)
            .join(Area, Area.id == Branch.area_id)
            .join(RoundBranch, RoundBranch.branch_id == Branch.id)
            .where(
                Membership.person_id == person_id,
                RoundBranch.round_id == found.id,
                below_any(Area.path, (path,)),
                or_(Membership.ended_at.is_(None), Membership.ended_at > now),
            )
            .limit(1)
        )
        is not None
    )


def late_rows(
    session: Session,
    found: RoundRow,
    branch: BranchRow,
    actor: Actor | None,
    indicator: Indicator | None = None,
    *,
    now: datetime,
) -> list[EvidenceRow]:
    """Return work of the round's quarter that came too late to count, the newest first, at most 50; of `indicator` alone if given."""
    evidence = _evidence_of(indicator)
    if evidence == ():
        return []
    reached = reach(one_branch(branch.id))
    statement = (
        select(Evidence, Area.name, Person.name, Event.kind)
        .join(reached, reached.c.area_id == Evidence.area_id)
        .join(Area, Area.id == Evidence.area_id)
        .join(Event, Event.id == Evidence.event_id)
        .outerjoin(Person, Person.id == Evidence.person_id)
        .where(found.span(now).misses(), Evidence.quantity != 0)
        .order_by(Evidence.recorded_at.desc(), Evidence.id.desc())
        .limit(MOST_LATE)
    )
    if evidence is not None:
        statement = statement.where(Evidence.metric.in_(evidence))
    has_names = may_read_names(actor, branch.area_path)
    return [
        evidence_row(row, area, name, kind, actor, has_names=has_names)
        for row, area, name, kind in session.execute(statement)
    ]


def late_count(session: Session, found: RoundRow, branch: BranchRow, *, now: datetime) -> int:
    """Return how many rows of the branch's work of this quarter came too late to count."""
    reached = reach(one_branch(branch.id))
    return (
        session.scalar(
            select(func.count(Evidence.id))
            .join(reached, reached.c.area_id == Evidence.area_id)
            .where(found.span(now).misses(), Evidence.quantity != 0)
        )
        or 0
    )


def late_keys(
    session: Session, found: RoundRow, branch: BranchRow, indicator: Indicator, chosen: set[str], *, now: datetime
) -> list[int] | None:
    """Return the keys of the chosen late rows of this branch, round and indicator; None where one is not among them."""
    evidence = _evidence_of(indicator)
    reached = reach(one_branch(branch.id))
    keys = session.scalars(
        select(Evidence.id)
        .join(reached, reached.c.area_id == Evidence.area_id)
        .where(found.span(now).misses(), Evidence.public_id.in_(sorted(chosen)), Evidence.metric.in_(evidence or ()))
        .order_by(Evidence.id)
    ).all()
    return list(keys) if len(keys) == len(chosen) else None


def _evidence_of(indicator: Indicator | None) -> tuple[str, ...] | None:
    """Return the evidence that an indicator counts; () for one that people assess, None for no indicator: all of it."""
    if indicator is None:
        return None
    if indicator.formula is None:
        return ()
    named = {METRICS[key].evidence for key in indicator.formula.metrics if key in METRICS}
    return tuple(sorted(name for name in named if name is not None))
