"""What feedback holds of people: what they said goes, that something was said and answered in time stays."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core.personal import Acts, Chapter, Fate, Holding
from pointsapp.feedback.messages import KINDS, STATES
from pointsapp.feedback.models import Feedback
from pointsapp.web.personal import TRACE

_LABEL = _l("提过的意见和投诉")
PARTS = (
    Holding(
        table="feedback",
        column="person_id",
        fate=Fate.BLANKED,
        label=_LABEL,
        why=TRACE,
        blanks={"text": "", "contact": "", "page": ""},
        plain=frozenset({"public_id", "number", "kind", "state", "secret_hash"}),
    ),
    Acts(table="feedback", columns=("handler_id",)),
    Holding(
        table="feedback_step",
        column="feedback_id",
        through=("feedback", "person_id"),
        fate=Fate.BLANKED,
        label=_LABEL,
        why=TRACE,
        blanks={"text": ""},
        plain=frozenset({"kind"}),
    ),
    Acts(table="feedback_step", columns=("by_id", "handler_id")),
)


def _said(session: Session, person_id: int) -> list[tuple[Any, ...]]:
    rows = session.execute(
        select(Feedback.created_at, Feedback.kind, Feedback.text, Feedback.state)
        .where(Feedback.person_id == person_id)
        .order_by(Feedback.id.desc())
    )
    return [(row.created_at, str(KINDS[row.kind]), row.text, str(STATES[row.state])) for row in rows]


CHAPTERS = (
    Chapter(
        key="feedback",
        title=_l("我提过的意见"),
        heads=(_l("时间"), _l("关于"), _l("内容"), _l("状态")),
        lists=_said,
    ),
)
