"""The panellist's phone: the list of branches, one large number at a time, next."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.contest.errors import NotOnPanel
from pointsapp.contest.pages.door import WORDS, bp
from pointsapp.contest.queries import PanelRow, find_panel, sheet_of
from pointsapp.contest.schemas import ScoreForm
from pointsapp.contest.services import give_score
from pointsapp.core.actor import Actor, require
from pointsapp.core.clock import local_day, now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.stars.errors import OwnBranch
from pointsapp.web.doors import Form, bind, blank, signed_in, write_page


@bp.get("/panels/<string:panel_id>/scores")
def show_my_scores(panel_id: str) -> str:
    """The branches of a panel in the order in which they present, with what one gave oneself."""
    actor, moment = signed_in(), now()
    panel = _seated(actor, panel_id)
    sheet = sheet_of(db.session, panel, now=moment, only=actor.person_id)
    return render_template(
        "contest/my_scores.html", panel=panel, sheet=sheet, me=actor.person_id, has_begun=_has_begun(panel), words=WORDS
    )


@bp.get("/panels/<string:panel_id>/scores/<string:branch_id>")
def show_score(panel_id: str, branch_id: str) -> str:
    """Ask for the score of one branch."""
    return _score(panel_id, branch_id, blank())


@bp.post("/panels/<string:panel_id>/scores/<string:branch_id>")
def submit_score(panel_id: str, branch_id: str) -> ResponseReturnValue:
    """Give it, and go on to the next branch without one."""
    form = bind(ScoreForm())

    def then(receipt: Any) -> str:
        if receipt.following is None:
            flash(_("都打完了，结束前还可以改"), "yes")
            return url_for("contest.show_my_scores", panel_id=receipt.panel_id)
        flash(_("已记下，下一个"), "yes")
        return url_for("contest.show_score", panel_id=receipt.panel_id, branch_id=receipt.following)

    return form.submit(
        lambda score: write_page(give_score, signed_in(), panel_id, branch_id, score, then=then),
        or_show=lambda: _score(panel_id, branch_id, form),
    )


def _seated(actor: Actor, panel_id: str) -> PanelRow:
    panel = find_panel(db.session, panel_id, actor)
    seat = panel.seat_of(actor.person_id)
    require(seat is not None and seat.is_scoring, NotOnPanel())
    return panel


def _has_begun(panel: PanelRow) -> bool:
    return local_day(panel.held_at) <= local_day(now())


def _score(panel_id: str, branch_id: str, form: Form) -> str:
    actor = signed_in()
    panel = _seated(actor, panel_id)
    sheet = sheet_of(db.session, panel, now=now(), only=actor.person_id)
    order = [one.public_id for one in sheet.branches]
    branch = next((one for one in sheet.branches if branch_id in (one.public_id, one.code)), None)
    if branch is None:
        raise NotFound()
    require((actor.person_id, branch.id) in sheet.eligible, OwnBranch())
    given = sheet.given.get((actor.person_id, branch.id))
    return render_template(
        "contest/score.html",
        panel=panel,
        branch=branch,
        given=given,
        place=order.index(branch.public_id) + 1,
        branches=len(order),
        has_begun=_has_begun(panel),
        form=form,
        words=WORDS,
    )
