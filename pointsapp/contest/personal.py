"""What the contest holds of people: who promised, judged, was excused."""

from __future__ import annotations

from pointsapp.core.personal import Acts

PARTS = (
    Acts(table="pledge_step", columns=("by_id",)),
    Acts(table="panel", columns=("called_by_id",)),
    Acts(table="panel_excuse", columns=("person_id", "by_id")),
    Acts(table="panel_score", columns=("person_id",)),
    Acts(table="panel_seat", columns=("person_id",)),
)
