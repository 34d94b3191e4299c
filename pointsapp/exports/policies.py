"""Who may export. What is exported is public; making it leaves a row, so it is for those who work here."""

from __future__ import annotations

from pointsapp.core.actor import Actor


def may_export(actor: Actor | None) -> bool:
    """Whoever is on duty somewhere; the pages themselves anybody may read and print."""
    return actor is not None and actor.is_staff_anywhere
