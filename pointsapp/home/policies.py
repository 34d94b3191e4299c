"""The numbers an operator may change about the first pages, and who sees the console."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core import policy
from pointsapp.core.actor import OFFICE_STAFF, Actor

LEVEL_POINTS = policy.declare(
    "home.level_points", [100, 500, 1500, 4000], _l("累计挣到多少积分升一级（从第二级起，由小到大）")
)


def sees_console(actor: Actor) -> bool:
    """Everybody who works for an area, and the platform's administrator."""
    return actor.is_staff_anywhere


def sees_settings(actor: Actor) -> bool:
    return actor.holds_anywhere(OFFICE_STAFF)


def may_retry_deliveries(actor: Actor) -> bool:
    """The worker's trouble is the platform's, not a street's."""
    return actor.is_platform_admin


def may_set_policy(actor: Actor) -> bool:
    """Policies hold for the whole deployment, so a street's office reads them and the platform's administrator sets them."""
    return actor.is_platform_admin
