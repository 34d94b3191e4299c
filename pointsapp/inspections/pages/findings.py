"""A finding on the phone: the secretary's list, one finding with its trace, and each step of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core.actor import require
from pointsapp.core.clock import local_day, now
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.inspections.pages.door import WORDS, bp, photo_answer, then, with_kept
from pointsapp.inspections.policies import may_answer, may_answer_somewhere, may_inspect, may_withdraw
from pointsapp.inspections.queries import deductions_for, find_photo, finding_page, to_rectify
from pointsapp.inspections.schemas import DeductionForm, ReturnForm, StepForm, WithdrawForm
from pointsapp.inspections.services import (
    answer_finding,
    close_finding,
    link_deduction,
    return_finding,
    with_photos,
    withdraw_finding,
)
from pointsapp.stars.queries.rounds import rounds_by_ids
from pointsapp.web.doors import Form, bind, blank, posted, signed_in, write_page


@bp.get("/inspections/rectify")
def show_to_rectify() -> str:
    """What the branches of this secretary have to put right, late ones marked."""
    actor = signed_in()
    require(may_answer_somewhere(actor))
    asked = PageRequest(limit=20, after=decode_cursor(request.args.get("cursor"), (int,)))
    return render_template(
        "inspections/rectify.html", page=to_rectify(db.session, actor, asked, now=now()), words=WORDS
    )


@bp.get("/inspections/findings/<string:finding_id>")
def show_finding(finding_id: str) -> str:
    """One finding: what, by when, every step with its pictures."""
    return _finding(finding_id, blank())


@bp.post("/inspections/findings/<string:finding_id>/answer")
def submit_answer(finding_id: str) -> ResponseReturnValue:
    """Say what was done."""
    return _go_on(finding_id, StepForm, answer_finding, _("整改情况已报送，等待复查"))


@bp.post("/inspections/findings/<string:finding_id>/closing")
def submit_closing(finding_id: str) -> ResponseReturnValue:
    """Say that it is put right."""
    return _go_on(finding_id, StepForm, close_finding, _("已销号"))


@bp.post("/inspections/findings/<string:finding_id>/return")
def submit_return(finding_id: str) -> ResponseReturnValue:
    """Say that it is not, and by when it must be."""
    return _go_on(finding_id, ReturnForm, return_finding, _("已退回，支部会看到新的期限"))


@bp.post("/inspections/findings/<string:finding_id>/withdrawal")
def submit_withdrawal(finding_id: str) -> ResponseReturnValue:
    """Take back what should not have been recorded."""
    return _go_on(finding_id, WithdrawForm, withdraw_finding, _("已撤回，记录保留"))


@bp.post("/inspections/findings/<string:finding_id>/deduction")
def submit_deduction(finding_id: str) -> ResponseReturnValue:
    """Say which deduction was assessed for it."""
    form = bind(DeductionForm())
    done = then(_("已关联扣分记录"), "show_finding", finding_id=finding_id)
    return form.submit(
        lambda assessment_id: write_page(link_deduction, signed_in(), finding_id, assessment_id, then=done),
        or_show=lambda: _finding(finding_id, form),
    )


@bp.get("/inspections/photos/<string:photo_id>")
def show_photo(photo_id: str) -> ResponseReturnValue:
    """Hand out a picture to who may read its finding."""
    return photo_answer(find_photo(db.session, signed_in(), photo_id))


def _go_on(finding_id: str, kind: type[StepForm], service: Callable[..., Any], words: str) -> ResponseReturnValue:
    form = bind(kind(), posted(finding_id=finding_id))
    done = then(words, "show_finding", finding_id=finding_id)
    return form.submit(
        lambda command: with_kept(
            lambda photos: write_page(service, signed_in(), with_photos(command, photos), then=done)
        ),
        or_show=lambda: _finding(finding_id, form),
    )


def _finding(finding_id: str, form: Form) -> str:
    actor = signed_in()
    page = finding_page(db.session, actor, finding_id, now=now())
    row, found = page.row, rounds_by_ids(db.session, [page.row.round_id])[0]
    looks = may_inspect(actor, row.area_path) and not page.answered_by(actor.person_id)
    return render_template(
        "inspections/finding.html",
        page=page,
        row=row,
        round=found,
        form=form,
        may_answer=may_answer(actor, row.area_path),
        may_look=looks,
        may_withdraw=may_withdraw(actor, row.area_path, row.by_id),
        deductions=deductions_for(db.session, actor, row, found) if looks and page.assessment is None else [],
        today=local_day(now()),
        words=WORDS,
    )
