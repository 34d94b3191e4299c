"""Who may look at the tree with its people."""

from __future__ import annotations

from pointsapp.core.actor import COMMUNITY_STAFF, Actor


def may_see_tree(actor: Actor) -> bool:
    return actor.is_staff_anywhere


def seen_paths(actor: Actor) -> tuple[str, ...]:
    """Return the paths of the areas `actor` is staff of, without those below another of them."""
    paths = actor.paths(COMMUNITY_STAFF)
    return tuple(path for path in paths if not any(path != other and path.startswith(other) for other in paths))
