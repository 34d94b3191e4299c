"""Who may have a branch's dossier made, and with whose names."""

from __future__ import annotations

from pointsapp.core.actor import Actor
from pointsapp.stars.policies import may_read_names


def may_make_dossier(actor: Actor | None, branch_path: str) -> bool:
    """Officers within their remit; without names it may then be handed on, with names it is theirs to keep."""
    return may_read_names(actor, branch_path)
