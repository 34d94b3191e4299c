"""Who may do what with people and roles (contract.md, "Who may what"); and the numbers an operator may change."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from pointsapp.core import policy
from pointsapp.core.actor import AREA_ROLES, COMMUNITY_STAFF, MERCHANT_ROLES, OFFICE_STAFF, STREET_OFFICE, Actor, Role

FAILURES_PER_ACCOUNT = policy.declare(
    "people.sign_in_failures_per_account", 10, _l("15 分钟内同一账号可以输错密码的次数")
)
FAILURES_PER_ACCOUNT_DAY = policy.declare(
    "people.sign_in_failures_per_account_day", 60, _l("24 小时内同一账号可以输错密码的次数")
)
# 200 elders behind one Wi-Fi each mistype five times: still nobody is locked out.
FAILURES_PER_ADDRESS = policy.declare(
    "people.sign_in_failures_per_address", 1000, _l("15 分钟内同一网络地址可以输错密码的次数")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRole:
    """A role a person holds now; `area_path` is the area's path, or the path of the merchant's area."""

    role: Role
    area_path: str | None
    merchant_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What decides who may help a person: the home area and the roles held."""

    person_id: int
    home_path: str | None
    roles: tuple[HeldRole, ...] = ()


def is_staff_of(actor: Actor, area_path: str | None) -> bool:
    """Tell whether `actor` is "staff" of the area: any area role there or above, or the platform's administrator."""
    return actor.holds(COMMUNITY_STAFF, area_path)


def is_office_of(actor: Actor, area_path: str | None) -> bool:
    """Tell whether `actor` may look after merchants and offers of the area."""
    return actor.holds(OFFICE_STAFF, area_path)


def is_street_admin_of(actor: Actor, area_path: str | None) -> bool:
    return actor.holds(STREET_OFFICE, area_path)


def may_see_people(actor: Actor) -> bool:
    return actor.is_staff_anywhere


def may_grant(actor: Actor, role: Role, *, area_path: str | None = None, merchant_id: int | None = None) -> bool:
    """Tell whether `actor` grants and ends `role`; for a merchant's role `area_path` is the merchant's area."""
    if actor.is_platform_admin:
        return True
    if role in AREA_ROLES:
        return is_street_admin_of(actor, area_path)
    if role is Role.MERCHANT_MANAGER:
        return is_office_of(actor, area_path)
    if role is Role.MERCHANT_CLERK:
        manages = merchant_id is not None and actor.works_for(merchant_id, frozenset({Role.MERCHANT_MANAGER}))
        return manages or is_street_admin_of(actor, area_path)
    return False


def may_name_deputy(actor: Actor, holder_id: int, role: Role, area_path: str | None, *, is_staff_nearby: bool) -> bool:
    """Who may grant a role may name its deputy; its holder may, too, among those who work nearby already.

    Otherwise a grid leader could hand an office's powers to a friend for as long as they like.
    """
    return may_grant(actor, role, area_path=area_path) or (actor.person_id == holder_id and is_staff_nearby)


def may_grant_any(actor: Actor) -> bool:
    return actor.holds_anywhere(OFFICE_STAFF)


def grantable_roles(actor: Actor) -> tuple[Role, ...]:
    """Return the roles `actor` may grant somewhere, for the form's choices."""
    if actor.is_platform_admin:
        return tuple(Role)
    if actor.holds_anywhere(STREET_OFFICE):
        return tuple(role for role in Role if role is not Role.PLATFORM_ADMIN)
    return (Role.MERCHANT_MANAGER,) if actor.holds_anywhere(OFFICE_STAFF) else ()


def may_help(actor: Actor, person: Standing) -> bool:
    """Tell whether `actor` issues a one-time code, verifies, or gives a number at the desk: staff of the person's area.

    A person with roles is only helped by who may grant each of them. Both are asked: somebody who could grant a role to a
    stranger of another street could otherwise take that stranger's account over.
    """
    if actor.person_id == person.person_id or not is_staff_of(actor, person.home_path):
        return False
    return all(
        may_grant(actor, held.role, area_path=held.area_path, merchant_id=held.merchant_id) for held in person.roles
    )


def may_know_of(actor: Actor, person: Standing) -> bool:
    """Tell whether the desk may know that the person exists: staff of their area, and who grants roles, wherever they live."""
    return is_staff_of(actor, person.home_path) or may_grant_any(actor)


def needs_area(role: Role) -> bool:
    return role in AREA_ROLES


def needs_merchant(role: Role) -> bool:
    return role in MERCHANT_ROLES
