"""What waits in a community: deeds that nobody has looked at yet."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from pointsapp.areas.models import Area
from pointsapp.core.duties import Duties, duty_columns
from pointsapp.deeds.models import Deed, DeedState
from pointsapp.deeds.policies import REVIEWERS
from pointsapp.deeds.queries import close_pairs


def unseen(now: datetime) -> Select[Any]:
    """Select deeds that wait for their review. Titled by their community, so that all of one are one line of the day."""
    columns = duty_columns(
        number=Deed.id,
        area_id=Deed.area_id,
        since=Deed.handed_in_at,
        due_at=Deed.due_at,
        title=Area.name,
        not_by=Deed.person_id,
    )
    return select(*columns).join(Area, Area.id == Deed.area_id).where(Deed.state == DeedState.WAITING)


def close_ones(numbers: Collection[int], _now: datetime) -> Select[int, int]:
    """Select who acts for whoever handed each deed in, and for whom they act: `deeds.policies.is_barred` lets none decide."""
    close = close_pairs().subquery()
    return (
        select(Deed.id, close.c.other_id).join(close, close.c.person_id == Deed.person_id).where(Deed.id.in_(numbers))
    )


DUTIES = (
    Duties(
        key="deeds.unseen",
        name=_l("看随手做志愿"),
        endpoint="deeds.show_review",
        waiting=unseen,
        roles=REVIEWERS,
        barred=close_ones,
    ),
)
