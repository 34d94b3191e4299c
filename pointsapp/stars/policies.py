"""Who may do what on the five-star board. Pure; used by services, lists and templates alike."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from flask_babel import lazy_gettext as _l

from pointsapp.core import policy
from pointsapp.core.actor import BOARD_ROLES, COMMUNITY_STAFF, OFFICE_STAFF, STREET_OFFICE, Actor, Role
from pointsapp.stars.rules.scheme import PANEL

COMMUNITY_DESK = frozenset({Role.STAFF})
# An assessor scores what the scheme leaves to anybody who may assess; an inspector only what it names inspectors for.
ASSESSORS = OFFICE_STAFF | {Role.ASSESSOR}
MAY_SCORE_SOME = ASSESSORS | {Role.INSPECTOR}
ACCEPTORS = STREET_OFFICE | {Role.ASSESSOR}
# Officers who see whose work a figure came from. A district reader is none of them: they read everything with masked names.
NAME_READERS = COMMUNITY_STAFF | {Role.ASSESSOR, Role.INSPECTOR, Role.AUDITOR}
# The register of members is the branch's own secretary's and the street office's.
MEMBER_KEEPERS = STREET_OFFICE | {Role.BRANCH_SECRETARY}
# The trace of what others opened is for who checks them, and for the office that answers for it.
LOG_READERS = STREET_OFFICE | {Role.AUDITOR}
PAPER_READERS = COMMUNITY_STAFF | {Role.AUDITOR}
# Who reads what somebody objected, and by whose name; answering is for the offices alone.
OBJECTION_READERS = OFFICE_STAFF | {Role.AUDITOR}
AUDITORS = frozenset({Role.AUDITOR})

CUT_OFF_DAYS = policy.declare(
    "stars.cut_off_working_days", 5, _l("季度结束后几个工作日内收到的记录还计入本季度（截止日）")
)
PUBLICATION_DAYS = policy.declare("stars.publication_working_days", 5, _l("五星轮次公示多少个工作日"))
ANSWER_DAYS = policy.declare("stars.answer_working_days", 5, _l("公示期内的异议应在几个工作日内答复"))
OBJECTIONS_EACH = policy.declare("stars.objections_each", 5, _l("一个人在一个轮次里最多可以有几条未答复的异议"))
DAYS_OFF = policy.declare(
    "stars.days_off", "", _l("另外放假的日子（如 2027-02-05，多个用逗号隔开）；法定节假日和调休已内置")
)
DAYS_WORKED = policy.declare("stars.days_worked", "", _l("另外上班的日子（如 2027-02-14，多个用逗号隔开）"))
COUNTED_SHARE_PERCENT = policy.declare(
    "stars.counted_share_percent",
    40,
    _l("创星方案中由平台自动计分的分值超过总分的百分之几时提醒（平台不应成为考核的主要载体）"),
)
# Roles that a scheme may name as those who assess an indicator, and the panel.
MAY_BE_NAMED = (*sorted(role.value for role in MAY_SCORE_SOME), PANEL)

PLAN_RISK_DAYS = policy.declare("stars.plan_risk_days", 7, _l("计划事项到期前几天开始看进度够不够"))
PLAN_RISK_PROGRESS = policy.declare("stars.plan_risk_progress", 80, _l("临近到期的计划事项，进度低于百分之几算有风险"))
SHOWS_RANKS = policy.declare(
    "stars.shows_ranks",
    True,
    _l("五星榜、挂图、支部页、工作台、通知和接口显示名次（关闭后只按等次分组，组内按编码排列）"),
)


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


def keeps_members(actor: Actor | None) -> bool:
    """Whether somebody keeps the register of members of any branch, as `may_read_members` says for one."""
    return actor is not None and any(
        grant.area_path is not None and grant.role in MEMBER_KEEPERS for grant in actor.grants
    )


def may_record_headcount(actor: Actor | None, area_path: str) -> bool:
    """The street office says how many people live where: a community would set what its own figures are divided by."""
    return actor is not None and actor.holds(STREET_OFFICE, area_path)


def keeps_headcounts(actor: Actor | None) -> bool:
    """Whether somebody says how many people live in any area."""
    return actor is not None and actor.holds_anywhere(STREET_OFFICE)


def may_read_names(actor: Actor | None, branch_path: str) -> bool:
    """Officers within their remit see whose work a figure came from; others see masked names."""
    return actor is not None and actor.holds(NAME_READERS, branch_path)


def may_assess(actor: Actor | None, branch_path: str) -> bool:
    """Assessors, community staff and the street office score branches within their remit; inspectors where a scheme names them."""
    return actor is not None and actor.holds(MAY_SCORE_SOME, branch_path)


def may_score(actor: Actor | None, branch_path: str, by: Collection[str]) -> bool:
    """The roles that the scheme names for an indicator or item, within their remit; without a word whoever may assess at all.

    What it gives to a panel alone nobody scores by hand.
    """
    roles = _named(by) if by else ASSESSORS
    return bool(roles) and may_assess(actor, branch_path) and actor is not None and actor.holds(roles, branch_path)


def may_score_one(actor: Actor | None, branch_path: str, bys: Iterable[Collection[str]]) -> bool:
    """Tell whether one may score at least one of several indicators, each given by the roles that its scheme names."""
    return any(may_score(actor, branch_path, by) for by in bys)


def _named(by: Collection[str]) -> frozenset[Role]:
    return frozenset(Role(name) for name in by if name != PANEL)


def correctors(by: Collection[str]) -> frozenset[Role]:
    """Return who puts a score right when an objection is upheld: those whom the scheme names and who answer, or else the street office.

    Panels, assessors and inspectors answer no objections: without the street office nobody could put right what one of them gave.
    """
    answering = _named(by) & OFFICE_STAFF if by else OFFICE_STAFF
    return answering or STREET_OFFICE


def may_correct(actor: Actor | None, branch_path: str, by: Collection[str]) -> bool:
    """Who answers objections about the branch and is one of the `correctors`."""
    return may_answer(actor, branch_path) and actor is not None and actor.holds(correctors(by), branch_path)


def may_try_schemes(actor: Actor | None) -> bool:
    """The street office tries a draft of a scheme on the current round; it changes nothing."""
    return actor is not None and actor.holds_anywhere(STREET_OFFICE)


def may_set_aims(actor: Actor | None, branch_path: str) -> bool:
    """The branch's own secretary says which stars it aims for; staff within their remit may enter it."""
    return actor is not None and (is_secretary_of(actor, branch_path) or actor.holds(OFFICE_STAFF, branch_path))


def may_edit_plan(actor: Actor | None, branch_path: str) -> bool:
    """The branch's own secretary writes its plan, or community staff for them; the street office sees all plans and writes none."""
    return actor is not None and (is_secretary_of(actor, branch_path) or actor.holds(COMMUNITY_DESK, branch_path))


def may_accept_item(actor: Actor | None, branch_path: str) -> bool:
    """Assessors and the street office accept what a plan says is done, since they write none; who had a hand in it never does."""
    return actor is not None and actor.holds(ACCEPTORS, branch_path)


def may_record_paper(actor: Actor | None, area_path: str) -> bool:
    """Whoever works in the area may type in what was done there on paper."""
    return actor is not None and actor.holds(COMMUNITY_STAFF, area_path)


def may_confirm_paper(actor: Actor | None, area_path: str) -> bool:
    """Community staff and the street office confirm it; never the one who typed it in (complaint: fake hours come from insiders)."""
    return actor is not None and actor.holds(OFFICE_STAFF, area_path)


def may_open_console(actor: Actor | None) -> bool:
    return actor is not None and (actor.is_staff_anywhere or actor.holds_anywhere(BOARD_ROLES))


def may_list_paper(actor: Actor | None) -> bool:
    return actor is not None and actor.holds_anywhere(PAPER_READERS)


def may_give_proof(actor: Actor | None, branch_path: str) -> bool:
    """What is not counted by itself is handed in by the branch's own secretary, or by community staff for them."""
    return may_edit_plan(actor, branch_path)


def may_publish_proof(actor: Actor | None, branch_path: str) -> bool:
    """The branch's own secretary or the street office above lets everybody see a piece, and takes that back."""
    return actor is not None and (is_secretary_of(actor, branch_path) or actor.holds(STREET_OFFICE, branch_path))


def may_read_access(actor: Actor | None, branch_path: str) -> bool:
    """Who looked at a branch's rows is read by auditors and the street office above."""
    return actor is not None and actor.holds(LOG_READERS, branch_path)


def may_see_burdens(actor: Actor | None) -> bool:
    """What the branches were asked for by hand is the street office's to see, and to lighten."""
    return actor is not None and actor.holds_anywhere(STREET_OFFICE)


def may_run_round(actor: Actor | None, paths: Collection[str]) -> bool:
    """Publishing, closing and correcting a round is for the street office above every branch in it; `paths` are their areas."""
    return actor is not None and bool(paths) and all(actor.holds(STREET_OFFICE, path) for path in paths)


def may_read_errata(actor: Actor | None, paths: Collection[str]) -> bool:
    """Who runs the round reads its proposals; auditors read those about branches in their remit (`audited_paths`)."""
    return may_run_round(actor, paths) or any(path.startswith(own) for path in paths for own in audited_paths(actor))


def audited_paths(actor: Actor | None) -> tuple[str, ...]:
    """Return the areas over which somebody is auditor."""
    return () if actor is None else actor.paths(AUDITORS)


def may_object(actor: Actor | None, street_path: str, *, is_member: bool) -> bool:
    """Who lives in the street, works or serves in it, or is a member of one of its branches may say what is wrong."""
    if actor is None:
        return False
    lives_here = actor.home_path is not None and actor.home_path.startswith(street_path)
    serves_here = any(
        grant.area_path is not None
        and (grant.area_path.startswith(street_path) or street_path.startswith(grant.area_path))
        for grant in actor.grants
    )
    return lives_here or serves_here or is_member


def may_read_objections(actor: Actor | None, branch_path: str) -> bool:
    """What an objection says is for the offices of the area and its auditors; everybody reads that there is one, and the answer."""
    return actor is not None and actor.holds(OBJECTION_READERS, branch_path)


def may_answer(actor: Actor | None, branch_path: str) -> bool:
    """Community staff and the street office answer; never the objector nor whoever assessed it (services/objections.py)."""
    return actor is not None and actor.holds(OFFICE_STAFF, branch_path)
