"""Objections: raised by people of the street on a branch's page, answered at the desk by somebody else."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core.actor import require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.stars.messages.seeing import assessors
from pointsapp.stars.pages.door import WORDS, asked_round, bp, the_round
from pointsapp.stars.pages.showing import note_objection
from pointsapp.stars.policies import (
    OBJECTION_READERS,
    correctors,
    may_answer,
    may_correct,
    may_object,
    may_open_console,
    may_read_names,
)
from pointsapp.stars.queries import (
    RoundRow,
    answering_bar,
    find_branch,
    find_objection,
    find_round,
    is_member_in,
    late_count,
    late_rows,
    latest_rounds,
    objections_on,
    objections_page,
    open_objections,
    street_path,
)
from pointsapp.stars.schemas import AnswerForm, ObjectForm
from pointsapp.stars.services import answer_objection, object_to
from pointsapp.web.doors import Form, bind, blank, posted, signed_in, write_page
from pointsapp.web.guard import public
from pointsapp.web.login import current_actor


@bp.get("/stars/<string:branch_id>/objections")
@public("that something was objected and what was answered hangs out; the words and names are for the offices")
def show_branch_objections(branch_id: str) -> ResponseReturnValue:
    """Show what was objected about a branch in a round, and the form that objects."""
    return _branch_objections(the_round(), branch_id, blank(indicator=request.args.get("indicator", "")))


@bp.post("/stars/<string:branch_id>/objections")
def submit_objection(branch_id: str) -> ResponseReturnValue:
    """Say what is wrong with a branch's provisional standing."""
    form = bind(ObjectForm(), posted(branch_id=branch_id))

    def then(receipt: Any) -> str:
        flash(_("异议已收到，会由另一位工作人员在期限内答复您"), "yes")
        return url_for("stars.show_branch_objections", branch_id=branch_id, round=receipt.round_id)

    return form.submit(
        lambda command: write_page(object_to, signed_in(), command, then=then),
        or_show=lambda: _branch_objections(_posted_round(), branch_id, form),
    )


def _posted_round() -> RoundRow:
    asked = request.form.get("round_id", "")
    return find_round(db.session, asked) if asked else the_round()


def _branch_objections(found: RoundRow, branch_id: str, form: Form) -> str:
    actor, moment, branch = current_actor(), now(), find_branch(db.session, branch_id)
    page = PageRequest(limit=20, after=decode_cursor(request.args.get("cursor"), (int,)))
    takes = found.state == "published" and found.objections_until is not None and moment < found.objections_until
    may = False
    if takes and actor is not None:
        street = street_path(db.session, branch)
        is_member = is_member_in(db.session, actor.person_id, found, street, now=moment)
        may = may_object(actor, street, is_member=is_member)
    return render_template(
        "stars/objections.html",
        round=found,
        branch=branch,
        page=objections_on(db.session, found, branch, actor, page, now=moment),
        late=late_count(db.session, found, branch, now=moment) if found.is_past_cut_off(moment) else 0,
        takes=takes,
        may_object=may,
        form=form,
        words=WORDS,
        now=moment,
    )


@bp.get("/console/star-objections")
def show_objections() -> str:
    """The objections of a round in the areas one's office looks after."""
    actor = signed_in()
    require(may_open_console(actor))
    found, asked = asked_round(), PageRequest(limit=30, after=decode_cursor(request.args.get("cursor"), (int,)))
    return render_template(
        "stars/console_objections.html",
        round=found,
        rounds=latest_rounds(db.session),
        page=objections_page(db.session, found, actor, asked, now=now()) if found else None,
        reads=actor.holds_anywhere(OBJECTION_READERS),
        waiting=open_objections(db.session, found.id) if found else 0,
        words=WORDS,
    )


@bp.get("/console/star-objections/<string:objection_id>")
def show_objection(objection_id: str) -> str:
    """One objection with the form that answers it."""
    return _objection(objection_id, blank())


@bp.post("/console/star-objections/<string:objection_id>/answer")
def submit_answer(objection_id: str) -> ResponseReturnValue:
    """Answer it; upheld, with its correction."""
    form = bind(AnswerForm(), posted(objection_id=objection_id))

    def then(receipt: Any) -> str:
        flash(_("已答复，提出的人会收到通知"), "yes")
        return url_for("stars.show_objection", objection_id=receipt.public_id)

    return form.submit(
        lambda command: write_page(answer_objection, signed_in(), command, then=then),
        or_show=lambda: _objection(objection_id, form),
    )


def _objection(objection_id: str, form: Form) -> str:
    actor, moment = signed_in(), now()
    require(may_open_console(actor))
    found, row = find_objection(db.session, objection_id, actor, now=moment)
    note_objection(actor, found, row)
    waits = row.state == "open" and found.state == "published" and may_answer(actor, row.branch.area_path)
    bar = answering_bar(db.session, found, row, actor, now=moment) if waits else None
    is_open = waits and bar is None
    indicator = found.scheme.indicator(row.indicator) if row.indicator else None
    counts = indicator is None or indicator.formula is not None
    return render_template(
        "stars/console_objection.html",
        round=found,
        row=row,
        indicator=indicator,
        may_answer=is_open,
        may_correct=indicator is None or may_correct(actor, row.branch.area_path, indicator.by),
        correctors=assessors(sorted(correctors(indicator.by))) if indicator else "",
        bar=bar,
        late=late_rows(db.session, found, row.branch, actor, indicator, now=moment) if is_open and counts else [],
        has_names=may_read_names(actor, row.branch.area_path),
        form=form,
        words=WORDS,
    )
