"""What waits around care: people who ask to belong to another community, for that community to answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from pointsapp.care.models import AreaMove, MoveState
from pointsapp.core.duties import Duties, duty_columns
from pointsapp.people.models import Person


def moves(now: datetime) -> Select[Any]:
    """Select requests without an answer; their limit was set when they were made."""
    columns = duty_columns(
        number=AreaMove.id,
        area_id=AreaMove.to_area_id,
        since=AreaMove.asked_at,
        due_at=AreaMove.due_at,
        title=Person.name,
        not_by=AreaMove.person_id,
    )
    return select(*columns).join(Person, Person.id == AreaMove.person_id).where(AreaMove.state == MoveState.ASKED)


DUTIES = (
    Duties(
        key="care.moves",
        name=_l("答复转入申请"),
        endpoint="care.show_console_moves",
        waiting=moves,
        is_named=True,
    ),
)
