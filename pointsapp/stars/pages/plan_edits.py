"""Plans to write: at the desk and on a phone, by the branch's secretary or community staff."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core.actor import require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.stars.pages.door import WORDS, bp, the_round
from pointsapp.stars.pages.plans import item_page
from pointsapp.stars.policies import may_edit_plan, may_open_console, may_read_names
from pointsapp.stars.queries import changes_of, find_branch, on_duty, plan_item, plan_of
from pointsapp.stars.schemas import ItemChangeForm, LinkForm, PlanItemForm, ProgressForm, WithdrawForm
from pointsapp.stars.services import (
    accept_item,
    add_item,
    change_item,
    link_evidence,
    return_item,
    set_progress,
    withdraw_item,
)
from pointsapp.web.doors import Form, and_say, bind, blank, posted, signed_in, write_page


@bp.get("/console/stars/<string:branch_id>/plan")
def show_console_plan(branch_id: str) -> str:
    """A branch's plan at the desk: the task list, a form to add to it, the trace."""
    return _console_plan(branch_id, blank())


@bp.post("/console/stars/<string:branch_id>/plan")
def submit_plan_item(branch_id: str) -> ResponseReturnValue:
    """Put an item on the plan; the first one begins it and freezes its baseline."""
    form = bind(PlanItemForm(), posted(branch_id=branch_id))
    then = and_say(_("已列入计划"), "stars.show_console_plan", "branch_id")
    return form.run(add_item, then=then, or_show=lambda: _console_plan(branch_id, form))


@bp.get("/console/stars/<string:branch_id>/plan/<string:item_id>")
def show_console_item(branch_id: str, item_id: str) -> str:
    """The form that changes one item."""
    branch = find_branch(db.session, branch_id)
    require(may_edit_plan(signed_in(), branch.area_path))
    _found, item = plan_item(db.session, branch, item_id, signed_in(), now=now())
    goal = f"{item.star}/{item.indicator}" if item.indicator else item.star
    values = {
        "goal": goal,
        "title": item.title,
        "lead_unit": item.lead_unit,
        "responsible_unit": item.responsible_unit,
        "person_id": item.person_id or "",
        "due_on": item.due_on.isoformat(),
    }
    return _console_item(branch_id, item_id, blank(**values))


@bp.post("/console/stars/<string:branch_id>/plan/<string:item_id>")
def submit_item_change(branch_id: str, item_id: str) -> ResponseReturnValue:
    """Change one item; every field that changes leaves a line in the trace."""
    form = bind(ItemChangeForm(), posted(branch_id=branch_id, item_id=item_id))
    then = _then(_("已保存，改动留有记录"))
    return form.run(change_item, then=then, or_show=lambda: _console_item(branch_id, item_id, form))


@bp.post("/console/stars/<string:branch_id>/plan/<string:item_id>/progress")
def submit_progress(branch_id: str, item_id: str) -> ResponseReturnValue:
    """Say how far an item has come."""
    form, then = bind(ProgressForm()), _then(_("进度已更新"))
    return form.run(set_progress, branch_id, item_id, then=then, or_show=lambda: item_page(branch_id, item_id, form))


@bp.post("/console/stars/<string:branch_id>/plan/<string:item_id>/evidence")
def submit_plan_evidence(branch_id: str, item_id: str) -> ResponseReturnValue:
    """Show by a row or a note that something was done."""
    form = bind(LinkForm(), posted(branch_id=branch_id, item_id=item_id))
    return form.run(link_evidence, then=_then(_("佐证已记下")), or_show=lambda: item_page(branch_id, item_id, form))


@bp.post("/console/stars/<string:branch_id>/plan/<string:item_id>/withdrawal")
def submit_withdrawal(branch_id: str, item_id: str) -> ResponseReturnValue:
    """Take an item off the list, with a reason."""
    form, then = bind(WithdrawForm()), _then(_("事项已撤下"))
    return form.run(withdraw_item, branch_id, item_id, then=then, or_show=lambda: item_page(branch_id, item_id, form))


@bp.post("/console/stars/<string:branch_id>/plan/<string:item_id>/acceptance")
def submit_acceptance(branch_id: str, item_id: str) -> ResponseReturnValue:
    """Accept what is done and shown: it counts as a project."""
    form, then = blank(), _then(_("已验收，计入办结项目"))
    form.command = branch_id
    return form.submit(
        lambda _branch: write_page(accept_item, signed_in(), branch_id, item_id, then=then),
        or_show=lambda: item_page(branch_id, item_id, form),
    )


@bp.post("/console/stars/<string:branch_id>/plan/<string:item_id>/return")
def submit_return(branch_id: str, item_id: str) -> ResponseReturnValue:
    """Take an acceptance back, with a reason."""
    form, then = bind(WithdrawForm()), _then(_("验收已收回，支部可以继续改"))
    return form.run(return_item, branch_id, item_id, then=then, or_show=lambda: item_page(branch_id, item_id, form))


def _then(words: str) -> Callable[[Any], str]:
    return and_say(words, "stars.show_plan_item", "branch_id", "item_id")


def _console_plan(branch_id: str, form: Form) -> str:
    actor, moment = signed_in(), now()
    require(may_open_console(actor))
    found, branch = the_round(), find_branch(db.session, branch_id)
    may_edit = found.state == "open" and may_edit_plan(actor, branch.area_path)
    return render_template(
        "stars/console_plan.html",
        round=found,
        branch=branch,
        plan=plan_of(db.session, found, branch, actor, now=moment),
        changes=changes_of(db.session, found, branch, limit=20) if may_read_names(actor, branch.area_path) else (),
        people=on_duty(db.session, branch, now=moment) if may_edit else (),
        may_edit=may_edit,
        form=form,
        words=WORDS,
    )


def _console_item(branch_id: str, item_id: str, form: Form) -> str:
    actor, moment = signed_in(), now()
    branch = find_branch(db.session, branch_id)
    require(may_edit_plan(actor, branch.area_path))
    found, item = plan_item(db.session, branch, item_id, actor, now=moment)
    people = on_duty(db.session, branch, now=moment, also=item.responsible_id)
    return render_template(
        "stars/console_item.html", round=found, branch=branch, item=item, people=people, form=form, words=WORDS
    )
