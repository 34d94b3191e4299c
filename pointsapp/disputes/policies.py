"""Who says something in a dispute, who reads it, who decides."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core import policy
from pointsapp.core.actor import OFFICE_STAFF, Actor

DISPUTE_DAYS = policy.declare("disputes.days", 7, _l("核销后几天内居民可以提出争议"))
DECIDE_DAYS = policy.declare("disputes.decide_working_days", 5, _l("社区应在几个工作日内处理核销争议"))

STATEMENTS_AT_MOST = 10  # of one side


def is_resident_of(actor: Actor, person_id: int) -> bool:
    return actor.person_id == person_id


def speaks_for_shop(actor: Actor, merchant_id: int, person_id: int) -> bool:
    """The shop's people, but for the resident who works there and disputes."""
    return actor.works_for(merchant_id) and actor.person_id != person_id


def is_office_of(actor: Actor, area_path: str) -> bool:
    return actor.holds(OFFICE_STAFF, area_path)


def may_decide(actor: Actor, *, merchant_id: int, area_path: str, person_id: int, clerk_id: int) -> bool:
    """The community's staff, and never a party."""
    is_party = actor.works_for(merchant_id) or actor.person_id in (person_id, clerk_id)
    return is_office_of(actor, area_path) and not is_party


def may_read(actor: Actor, *, merchant_id: int, area_path: str, person_id: int) -> bool:
    return actor.person_id == person_id or actor.works_for(merchant_id) or is_office_of(actor, area_path)


def may_see_desk(actor: Actor) -> bool:
    return actor.holds_anywhere(OFFICE_STAFF)


def desk_paths(actor: Actor) -> tuple[str, ...]:
    return actor.paths(OFFICE_STAFF)
