"""Who confirms and answers, and the numbers an operator may change."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core import policy
from pointsapp.core.actor import Actor
from pointsapp.people.policies import is_staff_of

CONFIRM_WORKING_DAYS = policy.declare("certificates.confirm_working_days", 5, _l("服务证明应在几个工作日内确认"))
ANSWER_WORKING_DAYS = policy.declare("certificates.answer_working_days", 5, _l("记录更正申请应在几个工作日内答复"))


def may_confirm(actor: Actor, area_path: str, person_id: int) -> bool:
    """Tell whether `actor` speaks for an organiser about this person: staff of the area, never about themself."""
    return actor.person_id != person_id and is_staff_of(actor, area_path)


def may_report_onward(actor: Actor, area_path: str) -> bool:
    return is_staff_of(actor, area_path)
