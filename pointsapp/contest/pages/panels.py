"""Panels to read: one in public, with its result once it has closed, and those on which one sits oneself."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from pointsapp.contest.pages.door import WORDS, bp
from pointsapp.contest.policies import may_call_panel
from pointsapp.contest.queries import find_panel, panels_page, results_of, sheet_of
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.web.doors import signed_in
from pointsapp.web.guard import public
from pointsapp.web.login import current_actor


@bp.get("/panels")
def show_my_panels() -> str:
    """The panels on which one sits."""
    asked = PageRequest(limit=20, after=decode_cursor(request.args.get("cursor"), (int,)))
    page = panels_page(db.session, signed_in(), asked, mine=True)
    return render_template("contest/my_panels.html", page=page, words=WORDS)


@bp.get("/panels/<string:panel_id>")
@public("a panel scores in public: who sits there by office, every score unnamed, which were dropped, the mean")
def show_panel(panel_id: str) -> ResponseReturnValue:
    """One panel: when, where, who by office; how far it has come, or every score unnamed with the mean."""
    actor = current_actor()
    panel = find_panel(db.session, panel_id, actor)
    is_open = panel.state == "open"
    return render_template(
        "contest/panel.html",
        panel=panel,
        sheet=sheet_of(db.session, panel, now=now()) if is_open else None,
        results=results_of(db.session, panel) if panel.state == "closed" else (),
        seat=panel.seat_of(actor.person_id) if actor is not None else None,
        may_cancel=is_open and may_call_panel(actor, panel.area_path),
        words=WORDS,
    )
