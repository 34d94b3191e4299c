"""Who brings files in and takes lists out."""

from __future__ import annotations

from pointsapp.areas.queries import ids_in
from pointsapp.batches.models import BatchKind
from pointsapp.core.actor import COMMUNITY_STAFF, STREET_OFFICE, Actor, Role
from pointsapp.stars.policies import keeps_headcounts, keeps_members

_KEEPERS = {
    BatchKind.HEADCOUNTS_IN: STREET_OFFICE,
    BatchKind.MEMBERS_IN: STREET_OFFICE | {Role.BRANCH_SECRETARY},
}


def may_batch(actor: Actor) -> bool:
    return actor.is_staff_anywhere


def may_batch_in(actor: Actor, area_path: str) -> bool:
    """Staff of the area or above; the worker asks again for every row."""
    return actor.holds(COMMUNITY_STAFF, area_path)


def may_bring(actor: Actor, kind: BatchKind) -> bool:
    """Whether somebody brings such a table in at all; each row is asked again for its own area or branch."""
    if kind is BatchKind.HEADCOUNTS_IN:
        return keeps_headcounts(actor)
    if kind is BatchKind.MEMBERS_IN:
        return may_batch(actor) and keeps_members(actor)
    return kind.is_import and may_batch(actor)


def office_of(actor: Actor, kind: BatchKind) -> int | None:
    """Return the area of the widest office in which somebody brings such a table; None for the platform's own.

    The log of a street is read by area: a file without one would be seen by nobody there.
    """
    # A register of members opens to no administrator of the platform as such, see keeps_members.
    if actor.is_platform_admin and kind is not BatchKind.MEMBERS_IN:
        return None
    held = [
        (len(ids_in(grant.area_path)), grant.area_path, grant.area_id)
        for grant in actor.grants
        if grant.area_path is not None and grant.role in _KEEPERS.get(kind, COMMUNITY_STAFF)
    ]
    return min(held)[2] if held else None


def may_see_batch(actor: Actor, made_by_id: int) -> bool:
    """Whoever made it: it holds what stood in their file."""
    return may_batch(actor) and actor.person_id == made_by_id
