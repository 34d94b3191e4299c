"""Who draws, inspects, records, answers and reads. Pure; used by services, lists and templates alike."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core import policy
from pointsapp.core.actor import COMMUNITY_STAFF, STREET_OFFICE, Actor, Role
from pointsapp.stars.policies import LOG_READERS, is_secretary_of

INSPECTORS = frozenset({Role.INSPECTOR})
INSPECTS = ISSUERS = STREET_OFFICE | INSPECTORS
ANSWERS_FOR = frozenset({Role.BRANCH_SECRETARY, Role.STAFF})
# Officers who read what was found; a district reader reads it too, without names.
FINDING_READERS = COMMUNITY_STAFF | {Role.ASSESSOR, Role.INSPECTOR, Role.DISTRICT_READER, Role.AUDITOR}
NAMES = FINDING_READERS - {Role.DISTRICT_READER}

VALUE_LEAD_MINUTES = policy.declare(
    "inspections.value_lead_minutes", 60, _l("抽查公告发布后，至少过多少分钟公开数值才会揭晓")
)
VALUE_WAIT_DAYS = policy.declare("inspections.value_wait_days", 30, _l("抽查公告里的公开数值，最晚多少天内揭晓"))
PASS_HOURS = policy.declare("inspections.pass_hours", 12, _l("查阅证最长有效多少小时"))
REMIND_DAYS = policy.declare("inspections.remind_days", 3, _l("整改期限前几天提醒支部"))
DUE_DAYS = policy.declare("inspections.due_days", 90, _l("整改期限最长多少天"))


def may_run_draws(actor: Actor | None, area_path: str) -> bool:
    """The street office announces draws and enters the public value; the platform's administrator for a whole district."""
    return actor is not None and actor.holds(STREET_OFFICE, area_path)


def may_run_draws_somewhere(actor: Actor | None) -> bool:
    return actor is not None and actor.holds_anywhere(STREET_OFFICE)


def may_issue_pass(actor: Actor | None, branch_path: str) -> bool:
    """The street office hands out passes; an inspector within their remit may take one for somebody who comes along."""
    return actor is not None and actor.holds(ISSUERS, branch_path)


def may_issue_passes_somewhere(actor: Actor | None) -> bool:
    return actor is not None and actor.holds_anywhere(ISSUERS)


def may_read_passes(actor: Actor | None) -> bool:
    """Who hands passes out, and auditors."""
    return actor is not None and actor.holds_anywhere(ISSUERS | {Role.AUDITOR})


def may_inspect(actor: Actor | None, branch_path: str) -> bool:
    """Inspectors and the street office record findings and look again, within their remit; the service asks whose branch it is."""
    return actor is not None and actor.holds(INSPECTS, branch_path)


def may_inspect_somewhere(actor: Actor | None) -> bool:
    return actor is not None and actor.holds_anywhere(INSPECTS)


def may_withdraw(actor: Actor | None, branch_path: str, by_id: int) -> bool:
    """Who recorded a finding takes it back, or the street office."""
    return (
        actor is not None
        and may_inspect(actor, branch_path)
        and (actor.person_id == by_id or actor.holds(STREET_OFFICE, branch_path))
    )


def may_answer(actor: Actor | None, branch_path: str) -> bool:
    """The branch's own secretary says what was done, or community staff for them."""
    return actor is not None and (
        is_secretary_of(actor, branch_path) or actor.holds(frozenset({Role.STAFF}), branch_path)
    )


def may_answer_somewhere(actor: Actor | None) -> bool:
    return actor is not None and any(grant.role in ANSWERS_FOR for grant in actor.grants)


def may_read_findings(actor: Actor | None, branch_path: str) -> bool:
    return actor is not None and actor.holds(FINDING_READERS, branch_path)


def may_read_who(actor: Actor | None, branch_path: str) -> bool:
    """Who inspected and who answered: officers within their remit, not the district's reader."""
    return actor is not None and actor.holds(NAMES, branch_path)


def may_read_openings(actor: Actor | None) -> bool:
    """The trace of who opened passes: auditors and the street office, each within their remit."""
    return actor is not None and actor.holds_anywhere(LOG_READERS)


def may_open_console(actor: Actor | None) -> bool:
    return actor is not None and actor.holds_anywhere(FINDING_READERS)
