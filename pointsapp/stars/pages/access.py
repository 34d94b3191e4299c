"""The access log to read by the street office for a branch; everybody reads their own with all other looks (home)."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from pointsapp.core.actor import require
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.stars.pages.door import WORDS, bp
from pointsapp.stars.policies import may_read_access
from pointsapp.stars.queries import access_page, find_branch
from pointsapp.web.doors import signed_in
from pointsapp.web.links import link


def _asked() -> PageRequest:
    return PageRequest(limit=50, after=decode_cursor(request.args.get("cursor"), (int,)))


@bp.get("/console/stars/<string:branch_id>/access")
def show_access(branch_id: str) -> str:
    """Who looked at a branch's rows with names, when."""
    branch = find_branch(db.session, branch_id)
    require(may_read_access(signed_in(), branch.area_path))
    page = access_page(db.session, branch, _asked())
    return render_template("stars/console_access.html", branch=branch, page=page, words=WORDS)


@bp.get("/me/star-access")
def show_my_access() -> ResponseReturnValue:
    """Where the rows of the board that name oneself were listed: they stand with all other looks now."""
    return redirect(link("home.show_access") or "/")
