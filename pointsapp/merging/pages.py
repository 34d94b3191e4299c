"""HTML door of merging: likely duplicates, two accounts side by side with exactly what would happen, and the second person's answer."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core.actor import require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.merging import queries, services
from pointsapp.merging.messages import HINTS, STATES
from pointsapp.merging.policies import may_confirm, may_merge, sees_duplicates
from pointsapp.merging.schemas import AnswerForm, ProposalForm
from pointsapp.web.doors import Form, bind, blank, posted
from pointsapp.web.login import signed_in

bp = Blueprint("merging", __name__)


@bp.get("/console/duplicates")
def show_duplicates() -> ResponseReturnValue:
    """Show likely duplicates, what waits for a second person, and what was decided; or go to the two that were typed."""
    actor = signed_in()
    require(sees_duplicates(actor))
    typed = [request.args.get(name, "").strip()[:40] for name in ("keep", "give_up")]
    found = queries.pair_by_hand(db.session, *typed) if all(typed) else None
    if found is not None and found[0] != found[1]:
        return redirect(url_for("merging.show_pair", survivor=found[0], absorbed=found[1]))
    page = PageRequest(after=decode_cursor(request.args.get("cursor"), (int,)))
    return render_template(
        "merging/duplicates.html",
        candidates=queries.likely_duplicates(db.session, actor),
        waiting=queries.merges_page(db.session, actor, PageRequest(limit=100), waiting=True),
        decided=queries.merges_page(db.session, actor, page, waiting=False),
        typed=typed,
        not_found=any(typed),
        hints=HINTS,
        states=STATES,
    )


@bp.get("/console/duplicates/<survivor>/<absorbed>")
def show_pair(survivor: str, absorbed: str) -> str:
    """Show two accounts side by side: what would go over, what would end, what must be settled before."""
    return _pair(survivor, absorbed, blank())


def _pair(survivor: str, absorbed: str, form: Form) -> str:
    actor, moment = signed_in(), now()
    require(sees_duplicates(actor))
    two = queries.two_people(db.session, actor, absorbed, survivor, now=moment)
    return render_template(
        "merging/pair.html",
        two=two,
        preview=queries.preview_of(db.session, two, now=moment),
        may=may_merge(actor, two.absorbed.standing, two.survivor.standing),
        form=form,
    )


@bp.post("/console/duplicates/<survivor>/<absorbed>")
def submit_pair(survivor: str, absorbed: str) -> ResponseReturnValue:
    """Propose to make the two one; another person confirms."""
    form = bind(ProposalForm(), posted(survivor=survivor, absorbed=absorbed))

    def then(receipt: services.MergeReceipt) -> str:
        flash(_("已提出合并，等另一位工作人员确认；在这之前什么都没有变。"), "yes")
        return url_for("merging.show_merge", merge=receipt.public_id)

    return form.run(services.propose_merge, then=then, or_show=lambda: _pair(survivor, absorbed, form))


@bp.get("/console/merges/<merge>")
def show_merge(merge: str) -> str:
    """Show one proposal to whoever may confirm it, or what a merge did."""
    return _merge(merge, blank())


def _merge(merge: str, form: Form) -> str:
    actor, moment = signed_in(), now()
    require(sees_duplicates(actor))
    row = queries.merge_row(db.session, merge)
    if row is None:
        raise NotFound()
    two = queries.two_people(db.session, actor, row.absorbed_id, row.survivor_id, now=moment)
    standings = two.absorbed.standing, two.survivor.standing
    is_open = row.state == "proposed"
    return render_template(
        "merging/merge.html",
        row=row,
        two=two,
        preview=queries.preview_of(db.session, two, now=moment) if is_open else row.result,
        may_confirm=is_open and may_confirm(actor, *standings, row.proposed_by_id),
        may_answer=is_open and may_merge(actor, *standings),
        is_own=actor.person_id == row.proposed_by_id,
        states=STATES,
        form=form,
    )


@bp.post("/console/merges/<merge>/confirmation")
def confirm(merge: str) -> ResponseReturnValue:
    """Carry it out."""

    def then(receipt: services.MergeReceipt) -> str:
        flash(_("已合并。旧账号不能再登录，旧的个人码通向保留的账号。"), "yes")
        return url_for("merging.show_merge", merge=receipt.public_id)

    form = blank()
    form.command = merge
    return form.run(services.confirm_merge, then=then, or_show=lambda: _merge(merge, form))


@bp.post("/console/merges/<merge>/rejection")
def reject(merge: str) -> ResponseReturnValue:
    """Say no, or take one's own proposal back."""
    form = bind(AnswerForm())

    def then(receipt: services.MergeReceipt) -> str:
        flash(_("已记下，两个账号都没有变化。"), "info")
        return url_for("merging.show_merge", merge=receipt.public_id)

    return form.run(services.reject_merge, merge, then=then, or_show=lambda: _merge(merge, form))
