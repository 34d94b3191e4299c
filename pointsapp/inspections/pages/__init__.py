"""HTML door of inspections: what is published, the console, an inspector's and a secretary's phone, and what a pass opens."""

from __future__ import annotations

from pointsapp.inspections.pages import console, findings, passes, published, visits
from pointsapp.inspections.pages.door import bp
from pointsapp.inspections.policies import may_answer_somewhere, may_inspect_somewhere, may_open_console

ENTRANCES = (
    ("inspections.show_console", may_open_console),
    ("inspections.show_my_visits", may_inspect_somewhere),
    ("inspections.show_to_rectify", may_answer_somewhere),
)

__all__ = ["ENTRANCES", "bp", "console", "findings", "passes", "published", "visits"]
