"""Who sees and decides about anomalies. Pure; used by services, lists and templates alike."""

from __future__ import annotations

from pointsapp.core.actor import STREET_OFFICE, Actor, Role

DECIDERS = STREET_OFFICE
WATCHERS = STREET_OFFICE | {Role.AUDITOR}


def may_watch(actor: Actor | None) -> bool:
    """The street office and auditors, each within their remit; community staff are often those whom it is about."""
    return actor is not None and actor.holds_anywhere(WATCHERS)


def may_see(actor: Actor | None, area_path: str | None) -> bool:
    return actor is not None and actor.holds(WATCHERS, area_path)


def may_decide(actor: Actor | None, area_path: str | None) -> bool:
    """The street office of the area or above; what lies in no area is the platform's."""
    return actor is not None and actor.holds(DECIDERS, area_path)
