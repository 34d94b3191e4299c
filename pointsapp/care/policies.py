"""Who may act for whom, and the numbers an operator may change."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core import policy
from pointsapp.core.actor import Actor
from pointsapp.people.policies import Standing, is_staff_of, may_help

MANDATE_DAYS = policy.declare("care.mandate_days", 365, _l("代办授权最长多少天"))
DESK_MINUTES = policy.declare("care.desk_minutes", 60, _l("工作人员在窗口代办，一次最长多少分钟"))
CARDS_MOST = policy.declare("care.cards_most", 2, _l("一个人同时有效的个人卡张数"))
MOVE_WORKING_DAYS = policy.declare("care.move_working_days", 2, _l("转社区申请应在几个工作日内答复"))


def may_record(actor: Actor, person: Standing) -> bool:
    """Tell whether `actor` writes down at the desk whom the person lets act, ends it, or starts acting: who may help them sign in."""
    return may_help(actor, person)


def may_report_lost(actor: Actor, person: Standing) -> bool:
    return actor.person_id == person.person_id or may_help(actor, person)


def may_decide_move(actor: Actor, to_path: str, person_id: int) -> bool:
    """Tell whether `actor` answers for the community somebody wants to join; nobody answers their own request."""
    return actor.person_id != person_id and is_staff_of(actor, to_path)
