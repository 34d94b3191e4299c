"""Who may do what with merchants and offers (contract.md, "Who may what"), and the numbers an operator may change."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core import policy
from pointsapp.core.actor import OFFICE_STAFF, Actor, Role
from pointsapp.people.policies import may_grant

INVITATION_HOURS = policy.declare("merchants.invitation_hours", 24, _l("店员邀请二维码的有效小时数"))

_MANAGERS = frozenset({Role.MERCHANT_MANAGER})


def may_register_merchant(actor: Actor, area_path: str) -> bool:
    return actor.holds(OFFICE_STAFF, area_path)


def may_see_console_merchants(actor: Actor) -> bool:
    return actor.holds_anywhere(OFFICE_STAFF)


def console_paths(actor: Actor) -> tuple[str, ...]:
    """Return the area paths whose merchants the actor looks after."""
    return actor.paths(OFFICE_STAFF)


def is_office_of(actor: Actor, area_path: str) -> bool:
    return actor.holds(OFFICE_STAFF, area_path)


def may_see_shops(actor: Actor) -> bool:
    return bool(actor.merchant_ids)


def works_here(actor: Actor, merchant_id: int) -> bool:
    return actor.works_for(merchant_id)


def manages(actor: Actor, merchant_id: int) -> bool:
    return actor.works_for(merchant_id, _MANAGERS)


def may_run_merchant(actor: Actor, merchant_id: int, area_path: str) -> bool:
    """Hours, phone, pause: the merchant's managers and the office."""
    return manages(actor, merchant_id) or is_office_of(actor, area_path)


def may_write_offers(actor: Actor, merchant_id: int) -> bool:
    return manages(actor, merchant_id)


def may_see_unapproved(actor: Actor | None, merchant_id: int, area_path: str) -> bool:
    """Drafts and pending offers exist only for the merchant's people and the office."""
    return actor is not None and (works_here(actor, merchant_id) or is_office_of(actor, area_path))


def may_decide_offer(actor: Actor, merchant_id: int, area_path: str, written_by_id: int) -> bool:
    """Nobody approves an offer of a merchant they work for, nor one they wrote."""
    return is_office_of(actor, area_path) and not works_here(actor, merchant_id) and actor.person_id != written_by_id


def may_invite(actor: Actor, role: Role, merchant_id: int, area_path: str) -> bool:
    """Whoever may grant the role may invite to it; an invitation outlives nobody's right to grant."""
    return may_grant(actor, role, area_path=area_path, merchant_id=merchant_id)


def may_invite_clerk(actor: Actor, merchant_id: int, area_path: str) -> bool:
    return may_invite(actor, Role.MERCHANT_CLERK, merchant_id, area_path)


def may_invite_manager(actor: Actor, merchant_id: int, area_path: str) -> bool:
    return may_invite(actor, Role.MERCHANT_MANAGER, merchant_id, area_path)
