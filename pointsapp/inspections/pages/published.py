"""What everybody may see: every draw that was ever announced with what it takes to run it again, and counts of findings."""

from __future__ import annotations

import json

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.inspections.pages.door import WORDS, bp
from pointsapp.inspections.policies import may_run_draws
from pointsapp.inspections.queries import DrawPage, counts, draw_page, draws_page
from pointsapp.inspections.rules.draw import list_text
from pointsapp.stars.queries import latest_rounds
from pointsapp.web.guard import public
from pointsapp.web.login import current_actor


@bp.get("/inspections")
@public("draws are announced to everybody, and findings are counted in the open")
def show_published() -> str:
    """List every draw, given-up ones too, and how many findings of each round are still open."""
    asked = PageRequest(limit=20, after=decode_cursor(request.args.get("cursor"), (int,)))
    rounds = latest_rounds(db.session)
    return render_template(
        "inspections/published.html",
        page=draws_page(db.session, asked, now=now()),
        rounds=rounds,
        counts=counts(db.session, [one.id for one in rounds], now=now()),
        words=WORDS,
    )


@bp.get("/inspections/draws/<string:draw_id>")
@public("whoever doubts a draw runs it again from this page")
def show_draw(draw_id: str) -> str:
    """Show one draw: lists, hashes, commitment, the public value, the seed afterwards, and how to compute it again."""
    actor = current_actor()
    page = draw_page(db.session, draw_id, actor, now=now())
    may_run = may_run_draws(actor, page.row.area_path)
    return render_template("inspections/draw.html", page=page, words=WORDS, may_run=may_run)


@bp.get("/inspections/draws/<string:draw_id>/<string:name>")
@public("the very bytes that were hashed, for sha256sum and other tools")
def show_draw_file(draw_id: str, name: str) -> ResponseReturnValue:
    """Hand out one of the published files as it was hashed."""
    content = _file(draw_page(db.session, draw_id, None, now=now()), name)
    if content is None:
        raise NotFound()
    kind = "application/json" if name.endswith(".json") else "text/plain; charset=utf-8"
    answer = Response(content.encode(), content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="draw-{draw_id}-{name}"'
    return answer


def _file(page: DrawPage, name: str) -> str | None:
    if name == "branches.txt":
        return list_text(page.branches)
    if name == "inspectors.txt":
        return list_text([(one["id"], one["label"]) for one in page.document["inspectors"]])
    if name == "commitment.txt":
        return page.commitment_text
    if name == "draw.json":
        return json.dumps(page.document, ensure_ascii=False, indent=2) + "\n"
    return None
