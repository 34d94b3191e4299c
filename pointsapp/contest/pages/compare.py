"""Two branches of one round side by side."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from pointsapp.contest.pages.door import WORDS, bp, round_if_any
from pointsapp.contest.queries import branches_to_compare
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.stars.queries import latest_rounds
from pointsapp.web.guard import public
from pointsapp.web.replicas import may_lag


@bp.get("/stars/compare")
@public("branches learn from one another: scores of two branches, no person's name")
@may_lag
def show_comparison() -> ResponseReturnValue:
    """Choose two branches of a round, and see where they differ and what each lacks."""
    first, second = request.args.get("a", "")[:40], request.args.get("b", "")[:40]
    found = round_if_any(first or None)
    if found is None:
        return render_template("contest/before.html")
    rows, comparison = branches_to_compare(db.session, found, first, second, now=now())
    return render_template(
        "contest/compare.html",
        round=found,
        rounds=latest_rounds(db.session),
        rows=rows,
        pair=comparison,
        first=first,
        second=second,
        words=WORDS,
    )
