"""How long a review may wait, and who sees the desk."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core import policy
from pointsapp.core.actor import Actor

DUE_DAYS = policy.declare(
    "desk.due_working_days", 2, _l("待办事项几个工作日内办完；超期的转到上一级，再超同样天数再往上转")
)


def sees_work(actor: Actor) -> bool:
    """Whoever works for an area; the list itself shows only what one's roles allow."""
    return actor.is_staff_anywhere or actor.is_on_board_duty
