"""Who may make two accounts one."""

from __future__ import annotations

from pointsapp.core.actor import Actor
from pointsapp.people.policies import Standing, is_staff_of, may_help, may_see_people


def sees_duplicates(actor: Actor) -> bool:
    return may_see_people(actor)


def may_merge(actor: Actor, absorbed: Standing, survivor: Standing) -> bool:
    """Staff of both people's areas, and never one's own account: who may help the one at the desk may give their account up."""
    own = actor.person_id in (absorbed.person_id, survivor.person_id)
    return not own and may_help(actor, absorbed) and is_staff_of(actor, survivor.home_path)


def may_confirm(actor: Actor, absorbed: Standing, survivor: Standing, proposed_by_id: int) -> bool:
    """A second person's."""
    return may_merge(actor, absorbed, survivor) and actor.person_id != proposed_by_id
