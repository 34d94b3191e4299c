"""What waits: merges that one has proposed, for a second person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from pointsapp.core.duties import Duties, duty_columns
from pointsapp.merging.models import Merge, MergeState
from pointsapp.people.models import Person


def proposed(now: datetime) -> Select[Any]:
    """Select merges that wait for their second person; the name is shown masked."""
    columns = duty_columns(
        number=Merge.id,
        area_id=Merge.area_id,
        since=Merge.proposed_at,
        title=Person.name,
        note=Merge.reason,
        arg=Merge.public_id,
        not_by=Merge.proposed_by_id,
        nor_by=Merge.survivor_id,
    )
    return select(*columns).join(Person, Person.id == Merge.survivor_id).where(Merge.state == MergeState.PROPOSED)


DUTIES = (
    Duties(
        key="merging.proposed",
        name=_l("确认合并账号"),
        endpoint="merging.show_merge",
        arg="merge",
        waiting=proposed,
        is_named=True,
    ),
)
