"""Medals go over; one that both have stays where it is, for nobody has a medal twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ScalarSelect, Select, func, select, update
from sqlalchemy.orm import Session, aliased

from pointsapp.badges.models import Medal
from pointsapp.core.merging import Carry, Pair
from pointsapp.core.states import rows_changed


def _new_ones(absorbed_id: int, survivor_id: int) -> Select[int]:
    """Select the medals that only the one who is given up has."""
    theirs = aliased(Medal)
    both = select(theirs.id).where(
        theirs.person_id == survivor_id, theirs.series == Medal.series, theirs.least == Medal.least
    )
    return select(Medal.id).where(Medal.person_id == absorbed_id, ~both.exists())


def _count(absorbed_id: int, survivor_id: int, **_moment: Any) -> ScalarSelect[int]:
    new_ones = _new_ones(absorbed_id, survivor_id).subquery()
    return select(func.count()).select_from(new_ones).scalar_subquery()


def _move(session: Session, pair: Pair, *, now: datetime) -> int:  # noqa: ARG001 - as every feature is asked
    keys = list(session.scalars(_new_ones(pair.absorbed_id, pair.survivor_id)))
    return rows_changed(session, update(Medal).where(Medal.id.in_(keys)).values(person_id=pair.survivor_id))


CARRIES = (
    Carry(key="badges.medals", label=_l("%(n)s 枚勋章"), tables=(("medal", "person_id"),), counts=_count, moves=_move),
)
