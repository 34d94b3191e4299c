"""The burden meter 减负: what a branch was asked for by hand, beside the middle of its street; and all branches of a street office."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from pointsapp.core.actor import require
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.stars.pages.door import WORDS, asked_round, bp, the_round
from pointsapp.stars.policies import may_see_burdens
from pointsapp.stars.queries import burden_beside, burdens_page, find_branch, latest_rounds
from pointsapp.web.doors import signed_in
from pointsapp.web.guard import public
from pointsapp.web.replicas import may_lag


@bp.get("/stars/<string:branch_id>/burden")
@public("what a branch was asked for by hand: counts, about no person")
@may_lag
def show_burden(branch_id: str) -> ResponseReturnValue:
    """Show what one branch was asked for by hand in the round, beside the median of its street."""
    found, branch = the_round(), find_branch(db.session, branch_id)
    beside = burden_beside(db.session, found, branch)
    return render_template("stars/burden.html", round=found, branch=branch, beside=beside, words=WORDS)


@bp.get("/console/star-burden")
def show_console_burdens() -> str:
    """All branches of one's streets in the order of the register: where too much is asked for by hand."""
    actor, asked = signed_in(), PageRequest(limit=50, after=decode_cursor(request.args.get("cursor"), (str,)))
    require(may_see_burdens(actor))
    found = asked_round()
    page, middle = burdens_page(db.session, found, actor, asked) if found is not None else (None, None)
    rounds = latest_rounds(db.session)
    return render_template("stars/console_burdens.html", round=found, rounds=rounds, page=page, middle=middle)
