"""One row behind a figure, as this reader may see it: when, where, whose work, how much; a project leads to the item of the plan it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Select, Subquery, case, cast, func, select

from pointsapp.areas.models import Area
from pointsapp.core.actor import Actor
from pointsapp.core.events import Event
from pointsapp.core.masking import mask_name
from pointsapp.people.models import Person
from pointsapp.stars.models import Branch, Evidence, PlanItem

PAPER_CONFIRMED = "stars.paper_confirmed"  # the event of a line of a confirmed paper sheet
_OF_ITEM = "plan_item:"  # what the events of an item's acceptance are about (services/acceptance.py)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLink:
    """The item of a plan that a row tells of, and the branch whose plan it is: of a branch further down, it may be, than the one looked at."""

    public_id: str
    title: str
    branch_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """One row behind a figure: when, where, whose work (masked unless the reader is an officer), how much; `is_paper`: typed in by staff.

    `item` is set where the row is a project; everybody reads plans, so it leads there for whoever the row opens to.
    """

    public_id: str
    occurred_at: datetime
    area: str
    person: str | None
    metric: str
    quantity: int
    is_own: bool = False
    is_paper: bool = False
    item: ItemLink | None = None


def evidence_row(
    row: Evidence,
    area: str,
    name: str | None,
    kind: str | None,
    actor: Actor | None,
    *,
    has_names: bool,
    item: ItemLink | None = None,
) -> EvidenceRow:
    """Return a row as this reader may see it; `kind` is that of the event it came from."""
    return EvidenceRow(
        public_id=row.public_id,
        occurred_at=row.occurred_at,
        area=area,
        person=None if name is None else name if has_names else mask_name(name),
        metric=row.metric,
        quantity=row.quantity,
        is_own=actor is not None and row.person_id == actor.person_id,
        is_paper=kind == PAPER_CONFIRMED,
        item=item,
    )


# Of an item's events alone is the key read out, so what stands there is always a number.
_ITEM_KEY = case((Event.subject.startswith(_OF_ITEM), cast(func.substr(Event.subject, len(_OF_ITEM) + 1), BigInteger)))


def asked_rows(shown: Subquery, *more: Any) -> Select[Any]:
    """Select the evidence in `shown` (id, place) in the order of its places, with what `asked_row` makes a row of, then `more`."""
    return (
        select(
            Evidence,
            Area.name.label("area"),
            Person.name.label("person"),
            Event.kind,
            PlanItem.public_id.label("item_id"),
            PlanItem.title,
            Branch.public_id.label("branch_id"),
            *more,
        )
        .join(shown, shown.c.id == Evidence.id)
        .join(Area, Area.id == Evidence.area_id)
        .join(Event, Event.id == Evidence.event_id)
        .outerjoin(Person, Person.id == Evidence.person_id)
        .outerjoin(PlanItem, PlanItem.id == _ITEM_KEY)
        .outerjoin(Branch, Branch.id == PlanItem.branch_id)
        .order_by(shown.c.place)
    )


def asked_row(row: Any, actor: Actor | None, *, has_names: bool) -> EvidenceRow:
    """Return a row of `asked_rows` as this reader may see it."""
    item = None
    if row.item_id is not None:
        item = ItemLink(public_id=row.item_id, title=row.title, branch_id=row.branch_id)
    return evidence_row(row.Evidence, row.area, row.person, row.kind, actor, has_names=has_names, item=item)
