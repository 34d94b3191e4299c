"""The catalogue of metrics: what each counts and how, and every figure of a branch with the rows behind it."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.stars.pages.door import WORDS, asked_round, bp
from pointsapp.stars.queries import CATALOGUE, figures, metric_rows, one_standing
from pointsapp.web.doors import signed_in
from pointsapp.web.guard import public
from pointsapp.web.login import current_actor
from pointsapp.web.replicas import may_lag


@bp.get("/stars/metrics")
@public("what is counted, and how, is nobody's secret")
def show_metrics() -> str:
    """Show the catalogue: what each metric counts, its formula in words, its divisor, and whether it may score."""
    return render_template(
        "stars/metrics.html", metrics=sorted(CATALOGUE.values(), key=lambda metric: not metric.can_score), words=WORDS
    )


@bp.get("/stars/<string:branch_id>/metrics")
@public("figures of a branch: counts only")
@may_lag
def show_figures(branch_id: str) -> ResponseReturnValue:
    """Show every metric's figure of a branch in the round, with what it is divided by."""
    found, standing = one_standing(db.session, asked_round(), branch_id, now=now())
    rows = figures(db.session, found, standing, current_actor(), now=now())
    return render_template("stars/figures.html", round=found, row=standing, figures=rows, words=WORDS)


@bp.get("/stars/<string:branch_id>/metrics/<string:key>")
def show_metric_rows(branch_id: str, key: str) -> str:
    """Every row behind one metric of a branch, page by page."""
    actor, asked = signed_in(), PageRequest(limit=50, after=decode_cursor(request.args.get("cursor"), (str, int)))
    found, standing = one_standing(db.session, asked_round(), branch_id, now=now())
    page = metric_rows(db.session, found, standing, actor, key, asked, now=now())
    return render_template("stars/metric_rows.html", round=found, row=standing, page=page, words=WORDS)
