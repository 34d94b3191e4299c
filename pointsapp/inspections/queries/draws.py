"""Draws as others see them: what was published, what came of it, and for officers who the numbered inspectors are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.actor import Actor, Role
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.inspections.models import DrawOutcome, InspectionDraw, OutcomeKind
from pointsapp.inspections.policies import may_read_who
from pointsapp.inspections.rules.draw import Announcement, Drawn, commitment_text, document_of
from pointsapp.people.models import Person, RoleGrant
from pointsapp.stars.messages import round_name
from pointsapp.stars.models import Round
from pointsapp.stars.queries.remit import people_with_a_branch_among


class DrawState(StrEnum):
    """How a draw stands, told by its outcome and the clock: it is stored nowhere."""

    COMMITTED = "committed"  # the value is not known yet
    DUE = "due"  # it is, and nobody has entered it
    REVEALED = "revealed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawRow:
    id: int
    public_id: str
    number: int
    title: str
    state: DrawState
    area: str
    area_path: str
    round_name: str
    round_id: str
    branch_count: int
    take: int
    per_branch: int
    value_name: str
    value_source: str
    value_at: datetime
    committed_at: datetime
    commitment: str
    branches_hash: str
    inspectors_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnBranch:
    """One drawn branch and who goes there, as the published labels and, for officers, by name."""

    code: str
    name: str
    inspectors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawPage:
    """A draw with its lists, and its outcome where there is one. `document` is the published file."""

    row: DrawRow
    branches: tuple[tuple[str, str], ...]
    inspectors: tuple[tuple[str, str], ...]  # (number, name or "")
    outcome: DrawOutcome | None
    result: tuple[DrawnBranch, ...]
    document: dict[str, Any]
    commitment_text: str | None  # only when the seed is out


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolInspector:
    """An inspector whose role holds over the whole area; `is_free` says that no listed branch is their own."""

    grant_id: str
    person_id: int
    name: str
    is_free: bool


def announcement(session: Session, row: InspectionDraw) -> Announcement:
    """Return what the stored draw says, to be hashed again."""
    return _announcement(row, session.scalars(select(Round.public_id).where(Round.id == row.round_id)).one())


def _announcement(row: InspectionDraw, round_id: str) -> Announcement:
    return Announcement(
        round_id=round_id,
        number=row.number,
        title=row.title,
        branches=tuple((each["code"], each["name"]) for each in row.branches),
        inspectors=tuple((each["id"], each["label"]) for each in row.inspectors),
        take=row.take,
        per_branch=row.per_branch,
        value_name=row.value_name,
        value_source=row.value_source,
        value_at=row.value_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


def _draws() -> Select[*tuple[Any, ...]]:
    return (
        select(InspectionDraw, Area.name, Area.path, Round.public_id, Round.starts_on, DrawOutcome)
        .join(Area, Area.id == InspectionDraw.area_id)
        .join(Round, Round.id == InspectionDraw.round_id)
        .outerjoin(DrawOutcome, DrawOutcome.draw_id == InspectionDraw.id)
    )


def _row(found: Any, now: datetime) -> DrawRow:
    draw, area, path, round_id, starts_on, outcome = found
    if outcome is not None:
        state = DrawState.REVEALED if outcome.kind is OutcomeKind.REVEALED else DrawState.CANCELLED
    else:
        state = DrawState.DUE if draw.value_at <= now else DrawState.COMMITTED
    return DrawRow(
        id=draw.id, public_id=draw.public_id, number=draw.number, title=draw.title, state=state, area=area, area_path=path,
        round_name=round_name(starts_on), round_id=round_id, branch_count=draw.branch_count, take=draw.take,
        per_branch=draw.per_branch, value_name=draw.value_name, value_source=draw.value_source, value_at=draw.value_at,
        committed_at=draw.committed_at, commitment=draw.commitment, branches_hash=draw.branches_hash,
        inspectors_hash=draw.inspectors_hash,
    )  # fmt: skip


def draws_page(session: Session, page: PageRequest, *, round_id: str = "", now: datetime) -> Page[DrawRow]:
    """Return every draw there ever was (of one round, where its public id is given), the newest first, given-up ones too."""
    query = _draws().order_by(InspectionDraw.id.desc()).limit(page.limit + 1)
    if round_id:
        query = query.where(Round.public_id == round_id)
    if page.after:
        query = query.where(InspectionDraw.id < page.after[0])
    return cut([_row(found, now) for found in session.execute(query)], page.limit, lambda row: (row.id,))


def draw_page(session: Session, draw_id: str, actor: Actor | None, *, now: datetime) -> DrawPage:
    """Return one draw with all that was published. Names of inspectors are for officers within their remit."""
    found = session.execute(_draws().where(InspectionDraw.public_id == draw_id)).one_or_none()
    if found is None:
        raise NotFound()
    draw, _area, path, round_id, _starts_on, outcome = found
    row, announced = _row(found, now), _announcement(draw, round_id)
    names = _names(session, [key for key, _label in announced.inspectors]) if may_read_who(actor, path) else {}
    is_out = outcome is not None and outcome.kind is OutcomeKind.REVEALED
    drawn = (
        tuple(Drawn(code=each["code"], inspectors=tuple(each["inspectors"])) for each in outcome.result)
        if is_out
        else None
    )
    return DrawPage(
        row=row,
        branches=announced.branches,
        inspectors=tuple((label, names.get(key, "")) for key, label in announced.inspectors),
        outcome=outcome,
        result=_named(announced, drawn or (), names),
        document=_document(row, announced, outcome, drawn),
        commitment_text=commitment_text(announced, outcome.seed) if is_out else None,
    )


def _document(
    row: DrawRow, announced: Announcement, outcome: DrawOutcome | None, drawn: tuple[Drawn, ...] | None
) -> dict[str, Any]:
    more: dict[str, Any] = {"state": row.state.value, "area": row.area, "committed_at": row.committed_at.isoformat()}
    if outcome is not None:
        more |= {"over_at": outcome.at.isoformat(), "value_found": outcome.value_found, "reason": outcome.reason}
    return document_of(
        announced,
        row.commitment,
        hashes=(row.branches_hash, row.inspectors_hash),
        seed=outcome.seed if outcome else None,
        value=outcome.value if outcome else None,
        result=drawn,
        **more,
    )


def _named(announced: Announcement, drawn: tuple[Drawn, ...], names: dict[str, str]) -> tuple[DrawnBranch, ...]:
    branches, labels = dict(announced.branches), dict(announced.inspectors)
    return tuple(
        DrawnBranch(
            code=one.code,
            name=branches[one.code],
            inspectors=tuple(f"{labels[key]} {names[key]}" if key in names else labels[key] for key in one.inspectors),
        )
        for one in drawn
    )


def _names(session: Session, grant_ids: Collection[str]) -> dict[str, str]:
    rows = session.execute(
        select(RoleGrant.public_id, Person.name)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.public_id.in_(grant_ids))
    )
    return {row[0]: row[1] for row in rows}


def holders(session: Session, grant_ids: Collection[str]) -> dict[str, int]:
    """Return whose each of these grants is."""
    rows = session.execute(select(RoleGrant.public_id, RoleGrant.person_id).where(RoleGrant.public_id.in_(grant_ids)))
    return {row[0]: row[1] for row in rows}


def free_inspectors(
    session: Session, path: str, branch_ids: Collection[int], *, now: datetime
) -> tuple[PoolInspector, ...]:
    """Return the inspectors whose role holds over the area at `path`, by name. Who belongs to a listed branch is not free."""
    scopes = [path[: end + 1] for end, char in enumerate(path) if char == "/" and end]
    rows = session.execute(
        select(RoleGrant.public_id, Person.id, Person.name)
        .join(Person, Person.id == RoleGrant.person_id)
        .join(Area, Area.id == RoleGrant.area_id)
        .where(
            RoleGrant.role == Role.INSPECTOR,
            Area.path.in_(scopes),
            RoleGrant.starts_at <= now,
            or_(RoleGrant.ended_at.is_(None), RoleGrant.ended_at > now),
            Person.erased_at.is_(None),
        )
        .order_by(Person.name, RoleGrant.id)
        .limit(MOST_INSPECTORS)
    ).all()
    bound = people_with_a_branch_among(session, [row.id for row in rows], branch_ids, now=now)
    seen: set[int] = set()
    pool = []
    for grant_id, person_id, name in rows:
        if person_id not in seen:  # somebody appointed for the street and for the district is one inspector
            seen.add(person_id)
            pool.append(
                PoolInspector(grant_id=grant_id, person_id=person_id, name=name, is_free=person_id not in bound)
            )
    return tuple(pool)


MOST_INSPECTORS = 200
