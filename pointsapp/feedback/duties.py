"""What waits around feedback: what nobody has answered yet; and what hangs on who is named to answer it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select

from pointsapp.core.duties import Duties, Held, duty_columns, held_columns
from pointsapp.feedback.models import Feedback, FeedbackState
from pointsapp.feedback.policies import HANDLERS
from pointsapp.feedback.queries import kept_out_each

SHOWN = 60  # characters of what was said


def unanswered(now: datetime) -> Select[Any]:
    """Select feedback that waits for its answer."""
    columns = duty_columns(
        number=Feedback.id,
        area_id=Feedback.area_id,
        since=Feedback.created_at,
        title=func.substr(Feedback.text, 1, SHOWN),
        arg=Feedback.number,
        due_at=Feedback.due_at,
    )
    return select(*columns).where(Feedback.state == FeedbackState.OPEN)


def left_to(person_id: int, now: datetime) -> Select[Any]:
    """Select the feedback this person is named to answer."""
    columns = held_columns(
        number=Feedback.id, at=Feedback.due_at, title=func.substr(Feedback.text, 1, SHOWN), arg=Feedback.number
    )
    return select(*columns).where(Feedback.handler_id == person_id, Feedback.state == FeedbackState.OPEN)


DUTIES = (
    Duties(
        key="feedback.unanswered",
        name=_l("答复意见和投诉"),
        endpoint="feedback.show_handling",
        arg="number",
        waiting=unanswered,
        roles=HANDLERS,
        barred=kept_out_each,
        is_private=True,
    ),
)
HELD = (
    Held(
        key="feedback.named_for",
        name=_l("等他答复的意见"),
        endpoint="feedback.show_handling",
        arg="number",
        held=left_to,
        barred=kept_out_each,
        is_due=True,
    ),
)
