"""Two books become one by entries: nothing in either is changed, and `ledger verify` holds before and after."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session

from pointsapp.core.merging import Carry, Pair, Stays
from pointsapp.ledger import accounts
from pointsapp.ledger.models import Balance
from pointsapp.ledger.services import carry_minutes, carry_points


def _points(absorbed_id: int, _survivor_id: int, **_moment: Any) -> ScalarSelect[int]:
    return select(Balance.amount).where(Balance.account == accounts.person_available(absorbed_id)).scalar_subquery()


def _minutes(absorbed_id: int, _survivor_id: int, **_moment: Any) -> ScalarSelect[int]:
    return select(Balance.amount).where(Balance.account == accounts.person_minutes(absorbed_id)).scalar_subquery()


def _move_points(session: Session, pair: Pair, *, now: datetime) -> int:
    return carry_points(session, pair.absorbed_id, pair.survivor_id, reference=pair.reference, now=now)


def _move_minutes(session: Session, pair: Pair, *, now: datetime) -> int:
    return carry_minutes(session, pair.absorbed_id, pair.survivor_id, reference=pair.reference, now=now)


CARRIES = (
    Carry(
        key="ledger.points",
        label=_l("%(n)s 分，两本账各记一笔"),
        tables=(("lot", "person_id"), ("claim", "person_id")),
        counts=_points,
        moves=_move_points,
    ),
    Carry(
        key="ledger.minutes",
        label=_l("%(n)s 分钟服务时长，两本账各记一笔"),
        tables=(),
        counts=_minutes,
        moves=_move_minutes,
    ),
)
STAYS = (
    Stays(
        table="entry",
        columns=("person_id",),
        why="an entry is never changed; the old book ends with a line that says where",
    ),
    Stays(table="posting", columns=("person_id",), why="a posting is never changed"),
    Stays(
        table="hold",
        columns=("person_id",),
        why="the holds of open vouchers are released and opened anew by redemption",
    ),
)
