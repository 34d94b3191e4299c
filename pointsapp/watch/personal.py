"""What watch holds of people: whom an unusual record credits, and who decided about it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core.personal import Acts, Fate, Holding, Nobodys
from pointsapp.web.personal import TRACE

_LABEL = _l("被规则提示过的记录")
PARTS = (
    Holding(
        table="anomaly",
        column="person_id",
        fate=Fate.STAYS,
        label=_LABEL,
        why=TRACE,
        plain=frozenset({"public_id", "rule", "key", "limits", "state"}),
    ),
    Acts(table="anomaly", columns=("by_id",)),
    Holding(
        table="anomaly_evidence",
        column="person_id",
        fate=Fate.STAYS,
        label=_LABEL,
        why=TRACE,
        plain=frozenset({"rule", "kind", "facts"}),
    ),
    Acts(table="anomaly_evidence", columns=("by_id",)),
    Acts(table="anomaly_step", columns=("by_id",)),
    Nobodys(table="watch_mark", columns=("name",), why="the name of what was looked at, always the events"),
)
