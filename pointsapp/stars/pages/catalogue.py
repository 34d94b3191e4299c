"""The catalogue of metrics, how stars are counted, and every figure of a branch with the rows behind it."""

from __future__ import annotations

from functools import partial

from flask import render_template, request
from flask.typing import ResponseReturnValue

from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.stars.messages.seeing import VERSION_LIVES, assessors, change_words, counted_words, item_words
from pointsapp.stars.pages.door import WORDS, asked_round, bp
from pointsapp.stars.pages.showing import note_rows
from pointsapp.stars.queries import (
    CATALOGUE,
    VersionLife,
    figures,
    metric_rows,
    one_standing,
    scheme_versions,
    shows_ranks,
    version_of_round,
)
from pointsapp.stars.rules.differences import scheme_changes
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


@bp.get("/stars/scheme")
@public("everybody may know how stars are counted")
@may_lag
def show_scheme() -> ResponseReturnValue:
    """Show how stars are counted: the scheme in force in words, and every version there was."""
    moment, found = now(), asked_round()
    versions = scheme_versions(db.session, now=moment)
    asked = request.args.get("version") or (version_of_round(db.session, found.id) if found else "")
    chosen = next((row for row in versions if row.public_id == asked), None)
    if versions and chosen is None:
        raise NotFound()
    earlier = [row for row in versions if chosen and row.code == chosen.code and row.starts_on < chosen.starts_on]
    before = next((row for row in earlier if row.life is not VersionLife.REPLACED), None)
    return render_template(
        "stars/scheme.html",
        versions=versions,
        chosen=chosen,
        before=before,
        changes=scheme_changes(before.scheme, chosen.scheme) if chosen and before else (),
        change_words=change_words,
        has_ranks=shows_ranks(db.session, now=moment),
        words=WORDS,
        lives=VERSION_LIVES,
        counted_words=partial(counted_words, metrics=CATALOGUE),
        item_words=partial(item_words, metrics=CATALOGUE),
        assessors=assessors,
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
    note_rows(actor, found, standing.branch, page.rows.items, members_only=page.metric.shows_members)
    return render_template("stars/metric_rows.html", round=found, row=standing, page=page, words=WORDS)
