"""The public board and its drill-down, and the console where branches are assessed."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core.actor import require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.stars.pages.door import WORDS, asked_round, bp, posted
from pointsapp.stars.policies import (
    may_assess,
    may_open_console,
    may_read_members,
    may_score,
    may_set_aims,
    may_try_schemes,
)
from pointsapp.stars.queries import (
    RoundRow,
    Standing,
    counts_of,
    drill_down,
    evidence_page,
    item_details,
    items_by_star,
    items_of,
    latest_rounds,
    one_standing,
    standings,
    why_here,
    with_movement,
)
from pointsapp.stars.schemas import AimsForm, AssessForm
from pointsapp.stars.services import assess, set_aims
from pointsapp.web.doors import Form, bind, blank, signed_in, write_page
from pointsapp.web.guard import public
from pointsapp.web.login import current_actor
from pointsapp.web.replicas import may_lag


def _rows(found: RoundRow | None) -> list[Standing]:
    if found is None:
        return []
    return with_movement(db.session, found, standings(db.session, found, now=now()), now=now())


@bp.get("/stars")
@public("the board hangs in the open: counts only, no person's name")
@may_lag
def show_board() -> ResponseReturnValue:
    """Show all branches with their five stars."""
    found = asked_round()
    rounds = latest_rounds(db.session)
    return render_template("stars/board.html", round=found, rows=_rows(found), rounds=rounds, now=now(), words=WORDS)


@bp.get("/stars/<string:branch_id>")
@public("every figure opens; who worked is masked or left out")
@may_lag
def show_branch(branch_id: str) -> ResponseReturnValue:
    """Open one branch: stars, indicators, and the rows behind them as far as the reader may see them."""
    found, standing = one_standing(db.session, asked_round(), branch_id, now=now())
    actor, moment = current_actor(), now()
    items = items_by_star(items_of(db.session, found, standing.branch, actor, now=moment))
    return render_template(
        "stars/branch.html",
        round=found,
        row=standing,
        stars=drill_down(db.session, found, standing, actor, now=moment),
        extras=item_details(db.session, found, standing, actor, now=moment),
        why=why_here(found, standing),
        items=items,
        counts={key: counts_of(rows) for key, rows in items.items()},
        words=WORDS,
        now=moment,
    )


@bp.get("/stars/<string:branch_id>/evidence/<string:indicator>")
def show_evidence(branch_id: str, indicator: str) -> str:
    """Every row behind one figure, page by page."""
    actor, asked = signed_in(), PageRequest(limit=50, after=decode_cursor(request.args.get("cursor"), (str, int)))
    found, standing = one_standing(db.session, asked_round(), branch_id, now=now())
    page = evidence_page(db.session, found, standing, actor, indicator, asked, now=now())
    return render_template("stars/evidence.html", round=found, row=standing, page=page)


@bp.get("/console/stars")
def show_console_round() -> ResponseReturnValue:
    """Overview of the round for staff: what stands, what still waits to be assessed."""
    require(may_open_console(signed_in()))
    found = asked_round()
    rows = _rows(found)
    rounds = latest_rounds(db.session)
    return render_template(
        "stars/console_round.html", round=found, rows=rows, rounds=rounds, now=now(), words=WORDS, **_POLICIES
    )


@bp.get("/console/stars/<string:branch_id>")
def show_console_branch(branch_id: str) -> ResponseReturnValue:
    """One branch for staff: the form to assess, what was given so far, what it aims for."""
    return _console_branch(branch_id, blank(indicator=request.args.get("indicator", "")))


@bp.post("/console/stars/<string:branch_id>/assessments")
def submit_assessment(branch_id: str) -> ResponseReturnValue:
    """Score one indicator by hand."""
    form = bind(AssessForm(), posted(branch_id=branch_id))

    def then(_receipt: Any) -> str:
        flash(_("已记下这次评定"), "yes")
        return url_for("stars.show_console_branch", branch_id=branch_id)

    return form.submit(
        lambda command: write_page(assess, signed_in(), command, then=then),
        or_show=lambda: _console_branch(branch_id, form),
    )


@bp.post("/console/stars/<string:branch_id>/aims")
def submit_aims(branch_id: str) -> ResponseReturnValue:
    """Say which stars the branch aims for."""
    form = bind(AimsForm(), posted(branch_id=branch_id))

    def then(_receipt: Any) -> str:
        flash(_("争创目标已保存"), "yes")
        return url_for("stars.show_console_branch", branch_id=branch_id)

    return form.submit(
        lambda command: write_page(set_aims, signed_in(), command, then=then),
        or_show=lambda: _console_branch(branch_id, form),
    )


_POLICIES = {
    "may_assess": may_assess,
    "may_read_members": may_read_members,
    "may_score": may_score,
    "may_set_aims": may_set_aims,
    "may_try_schemes": may_try_schemes,
}


def _console_branch(branch_id: str, form: Form) -> str:
    actor = signed_in()
    require(may_open_console(actor))
    found, standing = one_standing(db.session, asked_round(), branch_id, now=now())
    stars = drill_down(db.session, found, standing, actor, now=now())
    return render_template(
        "stars/console_branch.html",
        round=found,
        row=standing,
        stars=stars,
        extras=item_details(db.session, found, standing, actor, now=now()),
        form=form,
        words=WORDS,
        **_POLICIES,
    )
