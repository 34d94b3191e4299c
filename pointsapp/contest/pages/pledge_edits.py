"""Steps of a pledge: publish it, take it back, say what became of it, confirm or dispute that."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.contest.pages.door import bp
from pointsapp.contest.pages.pledges import pledge_page, pledges_page_of
from pointsapp.contest.schemas import JudgeForm, PledgeForm, ReportForm, WithdrawPledgeForm
from pointsapp.contest.services import PledgeReceipt, judge_pledge, publish_pledge, report_pledge, withdraw_pledge
from pointsapp.web.doors import Form, and_say, bind, blank, posted


@bp.post("/stars/<string:branch_id>/pledges")
def submit_pledge(branch_id: str) -> ResponseReturnValue:
    """Promise something in public; its words stand from then on."""
    form = bind(PledgeForm(), posted(branch_id=branch_id))

    def then(receipt: PledgeReceipt) -> str:
        return and_say(_("承诺已公开，字句不再改动"), "contest.show_pledges", "branch_id", round=receipt.round_id)(
            receipt
        )

    return form.run(publish_pledge, then=then, or_show=lambda: pledges_page_of(branch_id, form))


@bp.post("/stars/<string:branch_id>/pledges/<string:pledge_id>/withdrawal")
def submit_pledge_withdrawal(branch_id: str, pledge_id: str) -> ResponseReturnValue:
    """Take a promise back, with a reason."""
    form, then = bind(WithdrawPledgeForm()), _then(_("承诺已撤回，页面上仍能看到"))
    again = partial(pledge_page, branch_id, pledge_id, blank(), form)  # the page's other form has a reason, too
    return form.run(withdraw_pledge, branch_id, pledge_id, then=then, or_show=again)


@bp.post("/stars/<string:branch_id>/pledges/<string:pledge_id>/report")
def submit_pledge_report(branch_id: str, pledge_id: str) -> ResponseReturnValue:
    """Say what became of a promise."""
    form = bind(ReportForm(), posted(branch_id=branch_id, pledge_id=pledge_id))
    then = _then(_("已汇报，等另一位工作人员认定"))
    return form.run(report_pledge, then=then, or_show=_again(branch_id, pledge_id, form))


@bp.post("/stars/<string:branch_id>/pledges/<string:pledge_id>/verdict")
def submit_pledge_verdict(branch_id: str, pledge_id: str) -> ResponseReturnValue:
    """Confirm or dispute what a branch said of its promise."""
    form = bind(JudgeForm(), posted(branch_id=branch_id, pledge_id=pledge_id))
    return form.run(judge_pledge, then=_then(_("已记下您的认定")), or_show=_again(branch_id, pledge_id, form))


def _again(branch_id: str, pledge_id: str, form: Form) -> Callable[[], str]:
    return partial(pledge_page, branch_id, pledge_id, form)


def _then(words: str) -> Callable[[PledgeReceipt], str]:
    return and_say(words, "contest.show_pledge", "branch_id", "pledge_id")
