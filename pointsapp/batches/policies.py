"""Who brings files in and takes lists out."""

from __future__ import annotations

from pointsapp.batches.models import BatchKind
from pointsapp.core.actor import COMMUNITY_STAFF, Actor
from pointsapp.stars.policies import keeps_headcounts, keeps_members


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


def may_see_batch(actor: Actor, made_by_id: int) -> bool:
    """Whoever made it: it holds what stood in their file."""
    return may_batch(actor) and actor.person_id == made_by_id
