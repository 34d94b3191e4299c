"""What inspections hold of people: who inspected, found, answered and opened a pass."""

from __future__ import annotations

from pointsapp.core.personal import Acts, Nobodys

PARTS = (
    Acts(table="inspection", columns=("inspector_id",)),
    Acts(table="inspection_draw", columns=("by_id",)),
    Acts(table="draw_outcome", columns=("by_id",)),
    Acts(table="finding", columns=("by_id",)),
    Acts(table="finding_step", columns=("by_id",)),
    Acts(table="inspector_pass", columns=("issued_by_id", "revoked_by_id")),
    Acts(table="pass_opening", columns=("person_id",)),
    Nobodys(table="finding_photo", columns=("name",), why="the digest of a picture an officer took of a place"),
    Nobodys(table="inspection_draw", columns=("value_name",), why="the name of a value that others publish"),
    Nobodys(table="inspector_pass", columns=("holder",), why="an office's word for whom it gave a pass"),
)
