"""Who may promise, judge promises, call panels and sit on them; and the settings of the contest."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core import policy
from pointsapp.core.actor import COMMUNITY_STAFF, OFFICE_STAFF, STREET_OFFICE, Actor
from pointsapp.stars.policies import may_edit_plan, may_score
from pointsapp.stars.rules.scheme import PANEL, Indicator, Source

PLEDGE_DAYS = policy.declare("contest.pledge_days", 30, _l("轮次开始多少天内可以公开承诺"))
PLEDGES_AT_MOST = policy.declare("contest.pledges_at_most", 10, _l("一个支部一轮最多公开几条承诺"))
DROP_FROM = policy.declare("contest.drop_from", 5, _l("评审满几个分数时去掉一个最高分和一个最低分（至少 3）"))
LEAST_SEATS = 3


def may_pledge(actor: Actor | None, branch_path: str) -> bool:
    """The branch's own secretary promises, or community staff for them: whoever writes its plan."""
    return may_edit_plan(actor, branch_path)


def may_judge_pledge(actor: Actor | None, branch_path: str) -> bool:
    """Community staff and the street office say whether they agree; that it is not their own, the service looks up."""
    return actor is not None and actor.holds(OFFICE_STAFF, branch_path)


def may_call_panel(actor: Actor | None, area_path: str) -> bool:
    """The street office calls a panel for the branches of its area."""
    return actor is not None and actor.holds(STREET_OFFICE, area_path)


def may_bind(actor: Actor | None, area_path: str, indicator: Indicator | None) -> bool:
    """A panel scores what the scheme gives to a panel, or what whoever calls it could assess by hand."""
    if indicator is None or indicator.source is not Source.ASSESSED:
        return False
    return PANEL in indicator.by or may_score(actor, area_path, indicator.by)


def may_read_seats(actor: Actor | None, area_path: str) -> bool:
    """Officers within their remit read who sits on a panel in full; others see a masked name and the office."""
    return actor is not None and actor.holds(COMMUNITY_STAFF, area_path)
