"""Who may see and fill budgets, and who may change the point rules."""

from __future__ import annotations

from pointsapp.core.actor import COMMUNITY_STAFF, STREET_OFFICE, Actor


def may_see_budget(actor: Actor, area_path: str) -> bool:
    return actor.holds(COMMUNITY_STAFF, area_path)


def may_see_budgets(actor: Actor) -> bool:
    return actor.is_staff_anywhere


def may_grant_budget(actor: Actor, area_path: str) -> bool:
    """A street_admin of the area or above, or the platform's administrator (contract.md, Budgets)."""
    return actor.holds(STREET_OFFICE, area_path)


def may_grant_somewhere(actor: Actor) -> bool:
    return actor.holds_anywhere(STREET_OFFICE)


def may_see_rule_versions(actor: Actor) -> bool:
    return actor.is_staff_anywhere


def may_change_rules(actor: Actor) -> bool:
    """The rules hold for the whole deployment, so a street's office reads them and the platform's administrator words them."""
    return actor.is_platform_admin


def budget_paths(actor: Actor) -> tuple[str, ...]:
    """Return the area paths whose budgets the actor may read."""
    return actor.paths(COMMUNITY_STAFF)


def grant_paths(actor: Actor) -> tuple[str, ...]:
    """Return the area paths whose budgets the actor may fill."""
    return actor.paths(STREET_OFFICE)


def may_ask_write_off(actor: Actor, person_id: int, area_path: str | None) -> bool:
    return actor.person_id != person_id and actor.holds(COMMUNITY_STAFF, area_path)


def may_write_off(actor: Actor, person_id: int, area_path: str | None, asked_by_id: int | None) -> bool:
    """The street office, a second person, and never for themself."""
    return actor.person_id not in (person_id, asked_by_id) and actor.holds(STREET_OFFICE, area_path)
