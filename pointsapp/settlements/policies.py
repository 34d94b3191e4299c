"""Who may read a shop's month and who takes which step. The money's way: shop, community, street, and whoever pays outside."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core import policy
from pointsapp.core.actor import OFFICE_STAFF, STREET_OFFICE, Actor, Role

CONFIRM_DAYS = policy.declare(
    "settlements.confirm_days", 10, _l("月结草稿给商户几天确认；过后社区可以不等商户继续核对")
)

_MANAGERS = frozenset({Role.MERCHANT_MANAGER})


def may_read_month(actor: Actor, merchant_id: int, area_path: str) -> bool:
    return actor.works_for(merchant_id) or actor.holds(OFFICE_STAFF, area_path)


def may_see_console_settlements(actor: Actor) -> bool:
    return actor.holds_anywhere(OFFICE_STAFF)


def console_paths(actor: Actor) -> tuple[str, ...]:
    """Return the area paths whose months the actor looks after."""
    return actor.paths(OFFICE_STAFF)


def confirms_for_shop(actor: Actor, merchant_id: int) -> bool:
    """The shop's managers; a clerk reads."""
    return actor.works_for(merchant_id, _MANAGERS)


def checks(actor: Actor, merchant_id: int, area_path: str) -> bool:
    """The paying side; never somebody who works for the merchant."""
    return actor.holds(OFFICE_STAFF, area_path) and not actor.works_for(merchant_id)


def approves(actor: Actor, merchant_id: int, area_path: str) -> bool:
    """The street's office; who checked it is told to leave this to another."""
    return actor.holds(STREET_OFFICE, area_path) and not actor.works_for(merchant_id)
