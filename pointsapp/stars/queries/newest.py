"""The newest evidence of an area and below, found area by area: a page of rows costs what it shows, not a quarter's work of a street."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, func, literal, select, true, union_all
from sqlalchemy.orm import Session

from pointsapp.stars.models import Evidence, Membership
from pointsapp.stars.queries.metrics import Span, is_member, one_branch, reach

_NEWEST_FIRST = (Evidence.occurred_at.desc(), Evidence.id.desc())


def newest(
    session: Session,
    branch_id: int,
    reached: CTE,
    span: Span,
    metrics: list[str],
    most: int,
    *,
    only_members: bool = False,
    of: int | None = None,
    behind: ColumnElement[bool] | None = None,
) -> Select[Any]:
    """Select the `most` newest rows of each of `metrics` that count for a branch: their id, their place (1 is the newest), `only_members`.

    `reached` is the branch's `metrics.reach`. Of its members' work where `only_members` says so, of one person's where `of` names them.
    `behind` narrows the rows: those behind a place in a list.
    """
    counts = [Evidence.quantity != 0, span.holds(), *([] if behind is None else [behind])]
    if of is not None:
        counts += [Evidence.person_id == of, *([is_member(reached)] if only_members else [])]
        own = select(*_KEYS).join(reached, reached.c.area_id == Evidence.area_id)
        rows = _numbered(own.where(Evidence.metric.in_(metrics), *counts))
    elif only_members:
        rows = _numbered(_of_members(reached, branch_id, metrics, counts))
    elif session.get_bind().dialect.name == "postgresql":
        rows = _numbered(_by_area(reached, metrics, counts, most))
    else:
        rows = _numbered(select(*_KEYS).where(_in(reached), Evidence.metric.in_(metrics), *counts))
    return select(rows.c.id, rows.c.place, literal(only_members).label("only_members")).where(rows.c.place <= most)


_KEYS = (Evidence.id, Evidence.metric, Evidence.occurred_at)
Rows = Select[int, str, datetime]


def _numbered(rows: Rows) -> Any:
    """Number rows (id, metric, occurred_at) from the newest of each metric."""
    found = rows.subquery()
    place = func.row_number().over(
        partition_by=found.c.metric, order_by=(found.c.occurred_at.desc(), found.c.id.desc())
    )
    return select(found.c.id, place.label("place")).subquery()


def _by_area(reached: CTE, metrics: list[str], counts: list[ColumnElement[bool]], most: int) -> Rows:
    """Select the newest of the areas where the newest are: each is the end of a stretch of the index, wherever else there is work.

    First the one newest row of every area. The `most` newest of all lie in the `most` areas where these are newest: of any further area
    even the newest row has that many before it. So a district looks once into each of its areas, not twenty times.
    """
    # Not VALUES: SQLAlchemy would compile the statement anew each time, which takes longer than the rows.
    wanted = union_all(*(select(literal(one).label("metric")) for one in metrics)).subquery("wanted")
    last = _end_of(reached.c.area_id, wanted.c.metric, counts, 1)
    place = func.row_number().over(partition_by=wanted.c.metric, order_by=(last.c.occurred_at.desc(), last.c.id.desc()))
    heads = (
        select(reached.c.area_id, wanted.c.metric, place.label("place"))
        .select_from(reached)
        .join(wanted, true())
        .join(last, true())
        .subquery("heads")
    )
    here = _end_of(heads.c.area_id, heads.c.metric, counts, most)
    return (
        select(here.c.id, here.c.metric, here.c.occurred_at)
        .select_from(heads)
        .join(here, true())
        .where(heads.c.place <= most)
    )


def _end_of(area_id: Any, metric: Any, counts: list[ColumnElement[bool]], most: int) -> Any:
    """Select the `most` newest rows of one area and metric, for each that stands before it in the statement."""
    return (
        select(*_KEYS)
        .where(Evidence.area_id == area_id, Evidence.metric == metric, *counts)
        .order_by(*_NEWEST_FIRST)
        .limit(most)
        .lateral()
    )


def _of_members(reached: CTE, branch_id: int, metrics: list[str], counts: list[ColumnElement[bool]]) -> Rows:
    """Select the members' rows by way of the members, who are few."""
    members = select(Membership.person_id).where(Membership.branch_id == branch_id)
    return (
        select(*_KEYS)
        .join(reached, reached.c.area_id == Evidence.area_id)
        .where(Evidence.person_id.in_(members), Evidence.metric.in_(metrics), is_member(reached), *counts)
    )


def _in(reached: CTE) -> ColumnElement[bool]:
    return Evidence.area_id.in_(select(reached.c.area_id))


def row_counts(
    session: Session, branch_id: int, span: Span, metrics: list[str], *, only_members: bool = False
) -> dict[str, int]:
    """Return how many rows of each of `metrics` count for a branch."""
    reached = reach(one_branch(branch_id))
    counts = [Evidence.quantity != 0, span.holds()]
    rows = (
        _of_members(reached, branch_id, metrics, counts)
        if only_members
        else select(*_KEYS).where(_in(reached), Evidence.metric.in_(metrics), *counts)
    )
    counted = rows.with_only_columns(Evidence.metric, func.count()).group_by(Evidence.metric)
    return {row[0]: row[1] for row in session.execute(counted)}
