"""What care holds of a person: who acted for whom and what, by key; words and requests to move go."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, ScalarSelect, and_, func, or_, select, update
from sqlalchemy.orm import Session

from pointsapp.care.messages import ACTS
from pointsapp.care.models import HelpAct, Mandate, MandateState
from pointsapp.core.personal import Acts, Chapter, Closing, Fate, Holding
from pointsapp.core.states import rows_changed
from pointsapp.web.personal import TRACE

_LABEL = _l("代办授权和代办记录")
PARTS = (
    Holding(
        table="mandate",
        column="person_id",
        fate=Fate.BLANKED,
        label=_LABEL,
        why=TRACE,
        blanks={"note": ""},
        plain=frozenset({"public_id", "state", "consent"}),
    ),
    Acts(table="mandate", columns=("helper_id", "recorded_by_id", "ended_by_id")),
    Holding(
        table="help_act",
        column="person_id",
        fate=Fate.STAYS,
        label=_LABEL,
        why=TRACE,
        plain=frozenset({"act", "title", "subject"}),
    ),
    Acts(table="help_act", columns=("helper_id",)),
    Holding(table="area_move", column="person_id", fate=Fate.GOES, label=_l("转社区的申请")),
    Acts(table="area_move", columns=("decided_by_id",)),
)


def _live(person_id: int) -> ColumnElement[bool]:
    either = or_(Mandate.person_id == person_id, Mandate.helper_id == person_id)
    return and_(either, Mandate.state != MandateState.ENDED)


def _count(person_id: int, **_moment: datetime) -> ScalarSelect[int]:
    return select(func.count()).select_from(Mandate).where(_live(person_id)).scalar_subquery()


def _end(session: Session, person_id: int, *, now: datetime) -> int:
    ended = update(Mandate).where(_live(person_id)).values(state=MandateState.ENDED, ended_at=now)
    return rows_changed(session, ended)


CLOSINGS = (Closing(key="care.mandates", label=_l("%(n)s 份代办授权会结束"), counts=_count, ends=_end),)


def _acts(session: Session, person_id: int) -> list[tuple[Any, ...]]:
    rows = session.execute(
        select(HelpAct.at, HelpAct.act, HelpAct.title).where(HelpAct.person_id == person_id).order_by(HelpAct.id.desc())
    )
    return [(row.at, ACTS[row.act], row.title) for row in rows]


CHAPTERS = (
    Chapter(key="help", title=_l("别人替我办的事"), heads=(_l("时间"), _l("办了什么"), _l("内容")), lists=_acts),
)
