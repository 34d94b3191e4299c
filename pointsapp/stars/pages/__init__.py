"""HTML door of stars: the public board and its drill-down, plans, the catalogue of metrics, and the console."""

from __future__ import annotations

from pointsapp.stars.pages import (
    access,
    board,
    burdens,
    catalogue,
    dockets,
    drafts,
    errata,
    members,
    objections,
    paper,
    plan_edits,
    plans,
    proofs,
    rounds,
)
from pointsapp.stars.pages.door import bp
from pointsapp.stars.pages.showing import keep_opened
from pointsapp.stars.policies import may_open_console

bp.after_request(keep_opened)

ENTRANCES = (("stars.show_console_round", may_open_console),)

__all__ = [
    "ENTRANCES",
    "access",
    "board",
    "bp",
    "burdens",
    "catalogue",
    "dockets",
    "drafts",
    "errata",
    "members",
    "objections",
    "paper",
    "plan_edits",
    "plans",
    "proofs",
    "rounds",
]
