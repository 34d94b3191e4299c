"""HTML door of notices: the list, and marking it read."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from pointsapp.core.db import db
from pointsapp.core.errors import Invalid
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.notices import queries, services
from pointsapp.notices.pages.blueprint import bp
from pointsapp.notices.saying import say
from pointsapp.notices.schemas import ReadAllForm
from pointsapp.web.doors import bind, write_page
from pointsapp.web.links import link
from pointsapp.web.login import signed_in


@bp.get("/me/notices")
def show_notices() -> ResponseReturnValue:
    """Show what the person was told, newest first."""
    me = signed_in().person_id
    page = queries.notices_page(db.session, me, PageRequest(after=decode_cursor(request.args.get("cursor"), (int,))))
    lines = []
    for line in page.items:
        said = say(line.kind, line.facts)
        lines.append((line, said, link(said.leads_to[0], **said.leads_to[1]) if said.leads_to else None))
    unread = queries.unread_count(db.session, me)
    return render_template("notices/notices.html", lines=lines, unread=unread, next_cursor=page.next_cursor)


@bp.post("/me/notices/read")
def read_all() -> ResponseReturnValue:
    """Mark everything up to the newest line of the page as read."""
    form = bind(ReadAllForm())
    if form.command is None:
        raise Invalid(form.errors)
    up_to = form.command["up_to"]
    return write_page(services.read_all, signed_in(), up_to, then=lambda _read: url_for("notices.show_notices"))


@bp.post("/me/notices/<public_id>/read")
def read_one(public_id: str) -> ResponseReturnValue:
    """Mark one notice as read."""
    return write_page(services.read_one, signed_in(), public_id, then=lambda _read: url_for("notices.show_notices"))
