"""What a merge holds of a person: the words why, which go; that it was done stays, or an account would lead nowhere."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core.personal import Acts, Fate, Holding
from pointsapp.web.personal import TRACE

_LABEL = _l("账号合并的记录")


def _side(column: str) -> Holding:
    return Holding(
        table="person_merge",
        column=column,
        fate=Fate.BLANKED,
        label=_LABEL,
        why=TRACE,
        blanks={"reason": "", "decision_reason": None},
        plain=frozenset({"public_id", "state", "moved"}),
    )


PARTS = (
    _side("absorbed_id"),
    _side("survivor_id"),
    Acts(table="person_merge", columns=("proposed_by_id", "decided_by_id")),
)
