"""Deeds as their doer and the community's staff read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import AreaKind, AreaRow, areas_by_ids, below_any, ids_in
from pointsapp.care.models import Mandate, MandateState
from pointsapp.core.actor import Actor
from pointsapp.core.errors import NotFound
from pointsapp.core.masking import mask_name
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.deeds.errors import DeedNeedsHome
from pointsapp.deeds.models import Decision, Deed, DeedKind, DeedPicture, DeedReview, DeedState
from pointsapp.deeds.policies import may_see_deeds, review_paths
from pointsapp.people.models import Person

VIEWS = {
    "waiting": (DeedState.WAITING,),
    "approved": (DeedState.APPROVED,),
    "rejected": (DeedState.REJECTED, DeedState.REVOKED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeedRow:
    """A deed; `points` given for it, the doer's name masked."""

    id: int
    public_id: str
    person_id: int
    masked_name: str
    number_tail: str
    area_id: int
    area_name: str
    area_path: str
    kind: DeedKind
    words: str
    place: str
    state: DeedState
    points: int
    handed_in_at: datetime
    due_at: datetime
    has_picture: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    turn: int
    decision: Decision
    points: int
    reason: str
    by_id: int
    at: datetime


def _statement() -> Any:
    return (
        select(
            Deed.id,
            Deed.public_id,
            Deed.person_id,
            Person.name,
            Person.volunteer_number,
            Deed.area_id,
            Area.name.label("area_name"),
            Area.path.label("area_path"),
            Deed.kind,
            Deed.words,
            Deed.place,
            Deed.state,
            Deed.points,
            Deed.handed_in_at,
            Deed.due_at,
            DeedPicture.id.label("picture_id"),
        )
        .join(Person, Person.id == Deed.person_id)
        .join(Area, Area.id == Deed.area_id)
        .outerjoin(DeedPicture, DeedPicture.deed_id == Deed.id)
    )


def _row(row: Any) -> DeedRow:
    values: dict[str, Any] = dict(row._mapping)
    name, number, picture_id = (values.pop(key) for key in ("name", "volunteer_number", "picture_id"))
    return DeedRow(
        **values, masked_name=mask_name(name), number_tail=(number or "")[-4:], has_picture=picture_id is not None
    )


def my_deeds_page(session: Session, person_id: int, page: PageRequest) -> Page[DeedRow]:
    """Return a page of one's own deeds, the newest first. Key: id."""
    statement = _statement().where(Deed.person_id == person_id).order_by(Deed.id.desc()).limit(page.limit + 1)
    if page.after:
        statement = statement.where(Deed.id < page.after[0])
    return cut([_row(row) for row in session.execute(statement)], page.limit, lambda row: (row.id,))


def deeds_page(session: Session, actor: Actor, page: PageRequest, *, view: str = "waiting") -> Page[DeedRow]:
    """Return a page of what was handed in to the actor's areas: what waits longest first, of the rest the newest. Key: id."""
    is_open = view not in VIEWS or view == "waiting"
    states = VIEWS.get(view, VIEWS["waiting"])
    statement = _statement().where(Deed.state.in_(states), below_any(Area.path, review_paths(actor)))
    statement = statement.order_by(Deed.id if is_open else Deed.id.desc()).limit(page.limit + 1)
    if page.after:
        statement = statement.where(Deed.id > page.after[0] if is_open else Deed.id < page.after[0])
    return cut([_row(row) for row in session.execute(statement)], page.limit, lambda row: (row.id,))


def waiting_count(session: Session, actor: Actor) -> int:
    """Return how many deeds wait in the actor's areas."""
    statement = (
        select(func.count())
        .select_from(Deed)
        .join(Area, Area.id == Deed.area_id)
        .where(Deed.state == DeedState.WAITING, below_any(Area.path, review_paths(actor)))
    )
    return session.scalar(statement) or 0


def deed_for(session: Session, actor: Actor, public_id: str) -> DeedRow:
    """Return a deed to its doer and to the community's staff; NotFound to everybody else."""
    row = session.execute(_statement().where(Deed.public_id == public_id)).one_or_none()
    if row is None or not (row.person_id == actor.person_id or may_see_deeds(actor, row.area_path)):
        raise NotFound()
    return _row(row)


def reviews_of(session: Session, deed_id: int) -> tuple[ReviewRow, ...]:
    """Return what was decided about a deed: nothing, the review, or the review and the second look."""
    rows = session.scalars(select(DeedReview).where(DeedReview.deed_id == deed_id).order_by(DeedReview.turn).limit(2))
    return tuple(
        ReviewRow(
            turn=row.turn, decision=row.decision, points=row.points, reason=row.reason, by_id=row.by_id, at=row.at
        )
        for row in rows
    )


def close_pairs() -> CompoundSelect[int, int]:
    """Select (person_id, other_id) of who acts for whom by a consent nobody ended, in both directions; not who helped once at a desk.

    Unlike `care.policies.is_in_force` it asks for no date: who looks after somebody is no stranger to them the day the paper runs out.
    """
    holds = Mandate.state == MandateState.OPEN, Mandate.is_desk.is_(False)
    helped = select(Mandate.person_id, Mandate.helper_id.label("other_id")).where(*holds)
    helping = select(Mandate.helper_id, Mandate.person_id).where(*holds)
    return helped.union_all(helping)


def close_to(session: Session, person_id: int) -> frozenset[int]:
    """Return who is close to one person, as `close_pairs` says."""
    pairs = close_pairs().subquery()
    return frozenset(session.scalars(select(pairs.c.other_id).where(pairs.c.person_id == person_id)))


def handed_in_since(session: Session, person_id: int, start: datetime) -> int:
    """Return how many deeds a person handed in since `start`, those taken back left out."""
    statement = select(func.count()).where(
        Deed.person_id == person_id, Deed.handed_in_at >= start, Deed.state != DeedState.WITHDRAWN
    )
    return session.scalar(statement) or 0


def home_community(session: Session, actor: Actor) -> AreaRow:
    """Return the community that looks at the actor's deeds: the one their home lies in, else the home itself."""
    if actor.home_path is None:
        raise DeedNeedsHome()
    along = areas_by_ids(session, ids_in(actor.home_path))
    homeward = [along[key] for key in reversed(ids_in(actor.home_path)) if key in along]
    return next((area for area in homeward if area.kind is AreaKind.COMMUNITY), homeward[0])
