"""Who may ask for what, and the numbers an operator may change."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core import policy
from pointsapp.core.actor import Actor
from pointsapp.people.policies import Standing, may_help

GRACE_DAYS = policy.declare("privacy.erasure_grace_days", 7, _l("申请注销后可以反悔的天数"))
COPIES_PER_DAY = policy.declare("privacy.copies_per_day", 3, _l("24 小时内可以导出自己信息的次数"))


def may_erase(actor: Actor, person: Standing) -> bool:
    """Tell whether `actor` asks for this person to be erased, or takes it back: themself, and staff who may help at the desk."""
    return actor.person_id == person.person_id or may_help(actor, person)
