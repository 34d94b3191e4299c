"""What rewards holds of people: who granted a budget or set a rule."""

from __future__ import annotations

from pointsapp.core.personal import Acts

PARTS = (
    Acts(table="budget_grant", columns=("granted_by_id",)),
    Acts(table="rule_version", columns=("set_by_id",)),
)
