"""Who looks at deeds, and the numbers an operator may change: all of them are said before anything is handed in."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import lazy_gettext as _l

from pointsapp.core import policy
from pointsapp.core.actor import COMMUNITY_STAFF, Actor

POINTS_EACH = policy.declare("deeds.points_each", 5, _l("随手做志愿：一件最多多少分"))
POINTS_A_MONTH = policy.declare("deeds.points_a_month", 30, _l("随手做志愿：一个人一个月最多多少分"))
A_DAY = policy.declare("deeds.a_day", 5, _l("随手做志愿：一个人一天最多交几件"))
POT_A_MONTH = policy.declare("deeds.pot_a_month", 500, _l("随手做志愿：一个社区一个月最多发多少分（从预算里出）"))
REVIEW_DAYS = policy.declare("deeds.review_working_days", 2, _l("随手做志愿：社区应在几个工作日内看完"))
SAME_LEAST = policy.declare("deeds.same_picture_least", 2, _l("异常提示：同一张照片在几件随手做志愿里出现"))
SAME_PLACES = policy.declare(
    "deeds.same_picture_places", 3, _l("异常提示：两张照片的指纹（64 位）最多差几位算同一张（0–3）")
)
SAME_DAYS = policy.declare("deeds.same_picture_days", 180, _l("异常提示：看同一张照片时，往前看几天"))
LIMITS = (POINTS_EACH, POINTS_A_MONTH, A_DAY)
REVIEWERS = COMMUNITY_STAFF


def may_see_deeds(actor: Actor, area_path: str) -> bool:
    """Tell whether `actor` sees what is handed in to the community."""
    return actor.holds(REVIEWERS, area_path)


def may_review_somewhere(actor: Actor) -> bool:
    return actor.holds_anywhere(REVIEWERS)


def review_paths(actor: Actor) -> tuple[str, ...]:
    return actor.paths(REVIEWERS)


def is_barred(actor: Actor, person_id: int, close: Collection[int]) -> bool:
    """Tell whether `actor` may not decide about this person: oneself, whoever one acts for, and whoever acts for one."""
    return actor.person_id == person_id or actor.person_id in close
