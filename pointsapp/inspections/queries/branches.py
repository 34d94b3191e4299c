"""The branches that somebody may inspect, for a form."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below_any
from pointsapp.stars.models import Branch, RoundBranch
from pointsapp.stars.queries import RoundRow

MOST_BRANCHES = 2000


def branch_options(session: Session, rounds: Iterable[RoundRow], paths: Collection[str]) -> list[tuple[str, str]]:
    """Return (public id, name) of the branches of `rounds` in the areas at `paths`, in the order of their codes."""
    taking_part = select(RoundBranch.branch_id).where(RoundBranch.round_id.in_([one.id for one in rounds]))
    rows = session.execute(
        select(Branch.public_id, Branch.name)
        .join(Area, Area.id == Branch.area_id)
        .where(Branch.id.in_(taking_part), below_any(Area.path, paths))
        .order_by(Branch.code)
        .limit(MOST_BRANCHES)
    )
    return [(public_id, name) for public_id, name in rows]
