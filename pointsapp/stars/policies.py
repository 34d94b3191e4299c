"""Who may do what on the five-star board. Pure; used by services, lists and templates alike."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import lazy_gettext as _l

from pointsapp.core import policy
from pointsapp.core.actor import COMMUNITY_STAFF, OFFICE_STAFF, STREET_OFFICE, Actor, Role

COMMUNITY_DESK = frozenset({Role.STAFF})

CLOSES_AFTER_DAYS = policy.declare("stars.closes_after_days", 7, _l("季度结束多少天后，五星轮次停止评定并定格"))
COUNTED_SHARE_PERCENT = policy.declare(
    "stars.counted_share_percent",
    40,
    _l("创星方案中由平台自动计分的分值超过总分的百分之几时提醒（平台不应成为考核的主要载体）"),
)
# Roles that a scheme may name as those who assess an indicator.
MAY_BE_NAMED = tuple(sorted(role.value for role in OFFICE_STAFF))

PLAN_RISK_DAYS = policy.declare("stars.plan_risk_days", 7, _l("计划事项到期前几天开始看进度够不够"))
PLAN_RISK_PROGRESS = policy.declare("stars.plan_risk_progress", 80, _l("临近到期的计划事项，进度低于百分之几算有风险"))


def is_secretary_of(actor: Actor, branch_path: str) -> bool:
    """Tell whether `actor` is secretary of the branches at `branch_path`.

    Read from the grants, not by `holds`: the platform's administrator stands in for every role, but is nobody's secretary.
    """
    return any(
        grant.role is Role.BRANCH_SECRETARY and grant.area_path is not None and branch_path.startswith(grant.area_path)
        for grant in actor.grants
    )


def may_read_members(actor: Actor | None, branch_path: str) -> bool:
    """Party membership is sensitive: the branch's own secretary and the street office above, nobody else."""
    if actor is None:
        return False
    above = any(
        grant.role in STREET_OFFICE and grant.area_path is not None and branch_path.startswith(grant.area_path)
        for grant in actor.grants
    )
    return above or is_secretary_of(actor, branch_path)


def may_read_names(actor: Actor | None, branch_path: str) -> bool:
    """Officers within their remit see whose work a figure came from; others see masked names."""
    return actor is not None and actor.holds(COMMUNITY_STAFF, branch_path)


def may_assess(actor: Actor | None, branch_path: str) -> bool:
    """Community staff and the street office score branches within their remit."""
    return actor is not None and actor.holds(OFFICE_STAFF, branch_path)


def may_score(actor: Actor | None, branch_path: str, by: Collection[str]) -> bool:
    """The roles that the scheme names for an indicator or item, within their remit; without a word whoever may assess at all."""
    roles = frozenset(Role(name) for name in by)
    return may_assess(actor, branch_path) and actor is not None and (not roles or actor.holds(roles, branch_path))


def may_try_schemes(actor: Actor | None) -> bool:
    """The street office tries a draft of a scheme on the current round; it changes nothing."""
    return actor is not None and actor.holds_anywhere(STREET_OFFICE)


def may_set_aims(actor: Actor | None, branch_path: str) -> bool:
    """The branch's own secretary says which stars it aims for; staff within their remit may enter it."""
    return actor is not None and (is_secretary_of(actor, branch_path) or actor.holds(OFFICE_STAFF, branch_path))


def may_edit_plan(actor: Actor | None, branch_path: str) -> bool:
    """The branch's own secretary writes its plan, or community staff for them; the street office sees all plans and writes none."""
    return actor is not None and (is_secretary_of(actor, branch_path) or actor.holds(COMMUNITY_DESK, branch_path))


def may_record_paper(actor: Actor | None, area_path: str) -> bool:
    """Whoever works in the area may type in what was done there on paper."""
    return actor is not None and actor.holds(COMMUNITY_STAFF, area_path)


def may_confirm_paper(actor: Actor | None, area_path: str) -> bool:
    """Community staff and the street office confirm it; never the one who typed it in (complaint: fake hours come from insiders)."""
    return actor is not None and actor.holds(OFFICE_STAFF, area_path)


def may_open_console(actor: Actor | None) -> bool:
    return actor is not None and actor.is_staff_anywhere
