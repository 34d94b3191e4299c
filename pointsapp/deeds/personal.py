"""What deeds hold of a person: what was told and the picture go, that a deed was thanked stays with the books, by key."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ScalarSelect, func, select, update
from sqlalchemy.orm import Session

from pointsapp.core.personal import Acts, Chapter, Closing, Fate, Holding
from pointsapp.core.states import rows_changed
from pointsapp.deeds.messages import KINDS, STATES
from pointsapp.deeds.models import Deed, DeedReview, DeedState
from pointsapp.web.personal import BOOKS

_LABEL = _l("随手做志愿")
PARTS = (
    Holding(
        table="deed",
        column="person_id",
        fate=Fate.BLANKED,
        label=_LABEL,
        why=BOOKS,
        blanks={"words": "", "place": ""},
        plain=frozenset({"public_id", "kind", "state"}),
    ),
    # The kept file is put aside by the hourly sweep once no row names it any more.
    Holding(
        table="deed_picture",
        column="deed_id",
        through=("deed", "person_id"),
        fate=Fate.GOES,
        label=_l("随手做志愿的照片"),
    ),
    Holding(
        table="deed_review",
        column="deed_id",
        through=("deed", "person_id"),
        fate=Fate.BLANKED,
        label=_l("随手做志愿的审核"),
        why=BOOKS,
        blanks={"reason": ""},
        plain=frozenset({"decision"}),
    ),
    Acts(table="deed_review", columns=("by_id",)),
)


def _count(person_id: int, **_moment: datetime) -> ScalarSelect[int]:
    waiting = Deed.person_id == person_id, Deed.state == DeedState.WAITING
    return select(func.count()).select_from(Deed).where(*waiting).scalar_subquery()


def _end(session: Session, person_id: int, **_moment: datetime) -> int:
    taken_back = update(Deed).where(Deed.person_id == person_id, Deed.state == DeedState.WAITING)
    return rows_changed(session, taken_back.values(state=DeedState.WITHDRAWN))


CLOSINGS = (Closing(key="deeds.waiting", label=_l("%(n)s 件没看的随手做志愿会撤回"), counts=_count, ends=_end),)


def _deeds(session: Session, person_id: int) -> list[tuple[Any, ...]]:
    rows = session.execute(
        select(Deed.handed_in_at, Deed.kind, Deed.words, Deed.place, Deed.state, Deed.points, DeedReview.reason)
        .outerjoin(DeedReview, (DeedReview.deed_id == Deed.id) & (DeedReview.turn == 1))
        .where(Deed.person_id == person_id)
        .order_by(Deed.id.desc())
    )
    return [
        (row.handed_in_at, KINDS[row.kind], row.words, row.place, STATES[row.state], row.points, row.reason or "")
        for row in rows
    ]


CHAPTERS = (
    Chapter(
        key="deeds",
        title=_LABEL,
        heads=(_l("时间"), _l("哪一种"), _l("做了什么"), _l("在哪里"), _l("结果"), _l("积分"), _l("理由")),
        lists=_deeds,
    ),
)
