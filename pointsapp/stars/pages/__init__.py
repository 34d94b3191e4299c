"""HTML door of stars: the public board and its drill-down, plans, the catalogue of metrics, and the console."""

from __future__ import annotations

from pointsapp.stars.pages import board, catalogue, drafts, members, paper, plan_edits, plans
from pointsapp.stars.pages.door import bp

__all__ = ["board", "bp", "catalogue", "drafts", "members", "paper", "plan_edits", "plans"]
