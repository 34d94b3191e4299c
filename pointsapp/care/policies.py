"""Who may act for whom (代办): by which consent, how far it goes, who may write one down; and the numbers an operator may change."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l

from pointsapp.care.models import Mandate, MandateState
from pointsapp.core import policy
from pointsapp.core.actor import Actor
from pointsapp.people.policies import Standing, is_staff_of, may_help

MANDATE_DAYS = policy.declare("care.mandate_days", 365, _l("代办授权最长多少天"))
DESK_MINUTES = policy.declare("care.desk_minutes", 60, _l("工作人员在窗口代办，一次最长多少分钟"))
CARDS_MOST = policy.declare("care.cards_most", 2, _l("一个人同时有效的个人卡张数"))
MOVE_WORKING_DAYS = policy.declare("care.move_working_days", 2, _l("转社区申请应在几个工作日内答复"))


def is_in_force(mandate: Mandate, *, now: datetime) -> bool:
    """Tell whether the consent holds: accepted, not ended, not run out. No job ends what runs out, so the date itself decides."""
    return mandate.state is MandateState.OPEN and mandate.ends_at > now


def may_act_for(actor: Actor, mandate: Mandate, *, now: datetime) -> bool:
    """Tell whether `actor` may act for the person of `mandate`: they are the one it names, and it is in force."""
    return actor.person_id == mandate.helper_id and is_in_force(mandate, now=now)


def may_record(actor: Actor, person: Standing) -> bool:
    """Tell whether `actor` writes down at the desk whom the person lets act, ends it, or starts acting: who may help them sign in."""
    return may_help(actor, person)


def may_report_lost(actor: Actor, person: Standing) -> bool:
    return actor.person_id == person.person_id or may_help(actor, person)


def may_decide_move(actor: Actor, to_path: str, person_id: int) -> bool:
    """Tell whether `actor` answers for the community somebody wants to join; nobody answers their own request."""
    return actor.person_id != person_id and is_staff_of(actor, to_path)
