"""Consent was given by an account and to one: it ends, and is given anew. A move that was asked for is withdrawn."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ScalarSelect, func, select, update
from sqlalchemy.orm import Session

from pointsapp.care.models import AreaMove, MoveState
from pointsapp.care.personal import CLOSINGS
from pointsapp.core.merging import Carry, Pair, Stays
from pointsapp.core.states import rows_changed

_mandates = CLOSINGS[0]


def _count(absorbed_id: int, _survivor_id: int, *, now: datetime) -> ScalarSelect[int]:
    return _mandates.counts(absorbed_id, now=now)


def _end(session: Session, pair: Pair, *, now: datetime) -> int:
    return _mandates.ends(session, pair.absorbed_id, now=now)


def _count_moves(absorbed_id: int, _survivor_id: int, **_moment: Any) -> ScalarSelect[int]:
    asked = AreaMove.person_id == absorbed_id, AreaMove.state == MoveState.ASKED
    return select(func.count()).select_from(AreaMove).where(*asked).scalar_subquery()


def _withdraw(session: Session, pair: Pair, *, now: datetime) -> int:
    asked = update(AreaMove).where(AreaMove.person_id == pair.absorbed_id, AreaMove.state == MoveState.ASKED)
    withdrawn = rows_changed(session, asked.values(state=MoveState.WITHDRAWN, decided_at=now))
    mine = update(AreaMove).where(AreaMove.person_id == pair.absorbed_id)
    rows_changed(session, mine.values(person_id=pair.survivor_id))
    return withdrawn


CARRIES = (
    Carry(
        key="care.mandates",
        label=_l("%(n)s 份代办授权会结束，需要的请重新授权"),
        tables=(("mandate", "person_id"),),
        counts=_count,
        moves=_end,
        ends=True,
    ),
    Carry(
        key="care.moves",
        label=_l("%(n)s 份转社区的申请会撤回"),
        tables=(("area_move", "person_id"),),
        counts=_count_moves,
        moves=_withdraw,
        ends=True,
    ),
)
STAYS = (Stays(table="help_act", columns=("person_id",), why="a log of what helpers did, of the mandate it names"),)
