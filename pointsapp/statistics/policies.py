"""Who reads statistics. Pure."""

from __future__ import annotations

from pointsapp.core.actor import BOARD_ROLES, COMMUNITY_STAFF, Actor

READERS = COMMUNITY_STAFF | BOARD_ROLES


def may_read_statistics(actor: Actor | None) -> bool:
    """Who works for an area, and who judges, reads or audits the board there; sums only, so within the remit nothing is hidden."""
    return actor is not None and actor.holds_anywhere(READERS)
