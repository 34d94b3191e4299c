"""What the desk holds of a person: that they had to be told of a change, which stays as part of the record of the shift."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core.personal import Acts, Fate, Holding
from pointsapp.web.personal import LAW

PARTS = (
    Holding(
        table="desk_reach",
        column="person_id",
        fate=Fate.STAYS,
        label=_l("任务改动时通知您的记录"),
        why=LAW,
        plain=frozenset({"public_id", "kind", "way"}),
    ),
    Acts(table="desk_reach", columns=("told_by_id",)),
)
