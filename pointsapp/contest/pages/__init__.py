"""HTML door of contest: promises and what became of them, panels and their scores, two branches side by side."""

from __future__ import annotations

from pointsapp.contest.pages import compare, panel_office, panels, pledge_edits, pledges, scoring
from pointsapp.contest.pages.door import bp

__all__ = ["bp", "compare", "panel_office", "panels", "pledge_edits", "pledges", "scoring"]
