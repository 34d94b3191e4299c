"""A membership ends with the account and begins with the one that goes on, today: what a branch was counted by stays as it was."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ScalarSelect, case, func, insert, select, update
from sqlalchemy.orm import Session

from pointsapp.core.merging import Carry, Pair, Stays
from pointsapp.core.states import rows_changed
from pointsapp.stars.models import Membership


def _count(absorbed_id: int, _survivor_id: int, **_moment: Any) -> ScalarSelect[int]:
    standing = Membership.person_id == absorbed_id, Membership.ended_at.is_(None)
    return select(func.count()).select_from(Membership).where(*standing).scalar_subquery()


def _move(session: Session, pair: Pair, *, now: datetime) -> int:
    """End each membership and begin it anew where the survivor has none there; who stands elsewhere only reports."""
    rows = session.execute(
        select(Membership.person_id, Membership.branch_id, Membership.is_reporting, Membership.starts_at)
        .where(Membership.person_id.in_((pair.absorbed_id, pair.survivor_id)), Membership.ended_at.is_(None))
        .order_by(Membership.id)
    ).all()
    theirs = [row for row in rows if row.person_id == pair.survivor_id]
    there, stands = {row.branch_id for row in theirs}, any(not row.is_reporting for row in theirs)
    for row in rows:
        if row.person_id == pair.absorbed_id and row.branch_id not in there:
            is_reporting = row.is_reporting or stands
            stands = stands or not is_reporting
            session.execute(
                insert(Membership).values(
                    person_id=pair.survivor_id,
                    branch_id=row.branch_id,
                    is_reporting=is_reporting,
                    starts_at=now,
                    recorded_at=now,
                )
            )
    mine = update(Membership).where(Membership.person_id == pair.absorbed_id, Membership.ended_at.is_(None))
    ended_at = case((Membership.starts_at > now, Membership.starts_at), else_=now)  # one that has not begun never does
    return rows_changed(session, mine.values(ended_at=ended_at))


CARRIES = (
    Carry(
        key="stars.memberships",
        label=_l("在 %(n)s 个支部的登记，从今天起记在保留的账号上"),
        tables=(("membership", "person_id"),),
        counts=_count,
        moves=_move,
    ),
)
STAYS = (
    Stays(
        table="evidence",
        columns=("person_id",),
        why="a branch's evidence is never changed, finished rounds least of all",
    ),
    Stays(table="paper_line", columns=("person_id",), why="what a sheet of paper said"),
)
