"""Who runs a fund, and the limits of gifts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core import policy
from pointsapp.core.actor import OFFICE_STAFF, Actor

GIFT_EACH = policy.declare("giving.gift_each", 50, _l("一次最多赠送多少分"))
GIFTS_GIVEN = policy.declare("giving.given_a_month", 100, _l("一个人一个月最多送出多少分"))
GIFTS_RECEIVED = policy.declare("giving.received_a_month", 200, _l("一个人一个月最多收到多少分"))
RING_PEOPLE = policy.declare("giving.ring_people", 4, _l("异常提示：积分在几个人以内转一圈又回来算转圈"))
RING_POINTS = policy.declare("giving.ring_points", 20, _l("异常提示：转圈里每两个人之间至少送了多少分"))
RING_DAYS = policy.declare("giving.ring_days", 30, _l("异常提示：看积分转圈时，往前看几天"))
LIMITS = (GIFT_EACH, GIFTS_GIVEN, GIFTS_RECEIVED)


def may_run_fund(actor: Actor, area_path: str) -> bool:
    return actor.holds(OFFICE_STAFF, area_path)


def may_see_funds(actor: Actor) -> bool:
    return bool(fund_paths(actor))


def fund_paths(actor: Actor) -> tuple[str, ...]:
    """Return the paths in which `actor` may open funds and tell of their use."""
    return actor.paths(OFFICE_STAFF)
