"""What medals hold of a person: they go."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.badges.messages import NAMES, rule_words
from pointsapp.badges.models import Medal
from pointsapp.core.personal import Chapter, Fate, Holding, Nobodys

_LABEL = _l("勋章")
PARTS = (
    Holding(table="medal", column="person_id", fate=Fate.GOES, label=_LABEL),
    Nobodys(table="medal_mark", columns=("name",), why="how far the worker looked"),
)


def _medals(session: Session, person_id: int) -> list[tuple[Any, ...]]:
    rows = session.scalars(select(Medal).where(Medal.person_id == person_id).order_by(Medal.won_at, Medal.id))
    return [(row.won_at, NAMES[row.series], rule_words(row.series, row.least)) for row in rows]


CHAPTERS = (Chapter(key="medals", title=_LABEL, heads=(_l("时间"), _l("勋章"), _l("怎么得的")), lists=_medals),)
