"""What the star board and inspections tell a person: objections, corrections, findings and their deadlines."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.notices.wording import Words

# The page's address takes its own name for the thing.
_OBJECTIONS = ("stars.show_branch_objections", "branch_id")
_ROUND = ("stars.show_round", "round_id")
_FINDING = ("inspections.show_finding", "finding_id")

BOARD_WORDS: dict[str, Words] = {
    "stars.objection_answered": Words(
        _l("异议答复了"), _l("您对「%(branch)s」提出的异议不成立，答复见公示页。"), "shield", "info", _OBJECTIONS
    ),
    "stars.objection_answered:upheld": Words(
        _l("异议成立，已更正"),
        _l("您对「%(branch)s」提出的异议成立，成绩已经更正，答复见公示页。"),
        "shield",
        "yes",
        _OBJECTIONS,
    ),
    "stars.standing_corrected": Words(
        _l("五星成绩有勘误"),
        _l(
            "%(quarter)s 的成绩另出了第 %(number)s 版：%(what)s。「%(branch)s」的名次由 %(rank_before)s 变为 %(rank)s，等次不会变差。"
        ),
        "five-star",
        "wait",
        _ROUND,
    ),
    "stars.standing_corrected:named": Words(
        _l("本支部的成绩有勘误"),
        _l(
            "%(quarter)s 的成绩另出了第 %(number)s 版：%(what)s。「%(branch)s」的名次由 %(rank_before)s 变为 %(rank)s。%(because)s"
        ),
        "five-star",
        "wait",
        _ROUND,
    ),
    "stars.standing_corrected:unranked": Words(
        _l("五星成绩有勘误"),
        _l("%(quarter)s 的成绩另出了第 %(number)s 版：%(what)s。「%(branch)s」的等次有变化，只会更好。"),
        "five-star",
        "wait",
        _ROUND,
    ),
    "stars.standing_corrected:named_unranked": Words(
        _l("本支部的成绩有勘误"),
        _l("%(quarter)s 的成绩另出了第 %(number)s 版：%(what)s。「%(branch)s」的成绩有变化。%(because)s"),
        "five-star",
        "wait",
        _ROUND,
    ),
    "stars.standing_corrected:taken_back": Words(
        _l("本支部有一颗星被摘"),
        _l("%(quarter)s：「%(branch)s」有一颗星被摘，另出了第 %(number)s 版。%(because)s"),
        "five-star",
        "no",
        _ROUND,
    ),
    "inspections.finding_for_branch:recorded": Words(
        _l("督查发现一个问题"),
        _l("「%(branch)s」有一个问题，请在 %(due_on)s 以前整改好，并在页面上答复。"),
        "warning",
        "wait",
        _FINDING,
    ),
    "inspections.finding_for_branch:returned": Words(
        _l("整改被退回"),
        _l("「%(branch)s」的一个问题复查时还没有改好，新的期限是 %(due_on)s。"),
        "undo",
        "no",
        _FINDING,
    ),
    "inspections.finding_for_branch:closed": Words(
        _l("整改通过复查"), _l("「%(branch)s」的一个问题已经改好，复查销号。"), "yes", "yes", _FINDING
    ),
    "inspections.finding_for_branch:withdrawn": Words(
        _l("问题撤回了"), _l("「%(branch)s」的一个问题已由督查员撤回，不用整改。"), "undo", "info", _FINDING
    ),
    "inspections.finding_for_branch:near": Words(
        _l("整改快到期了"), _l("「%(branch)s」有一个问题 %(due_on)s 到期，还没有答复。"), "wait", "wait", _FINDING
    ),
    "inspections.finding_for_branch:late": Words(
        _l("整改逾期了"),
        _l("「%(branch)s」有一个问题应在 %(due_on)s 以前整改，还没有答复。"),
        "warning",
        "no",
        _FINDING,
    ),
    "inspections.finding_for_inspector:answered": Words(
        _l("支部答复了，请复查"),
        _l("「%(branch)s」答复了您发现的问题，请复查后销号或退回。"),
        "shield",
        "brand",
        _FINDING,
    ),
    "inspections.finding_for_inspector:late": Words(
        _l("您发现的问题逾期了"),
        _l("「%(branch)s」应在 %(due_on)s 以前整改，还没有答复。"),
        "warning",
        "wait",
        _FINDING,
    ),
}
