"""Try a scheme file on the current round before it counts: its mistakes by line, or every branch before and after. Changes nothing."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from pointsapp.core.actor import require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.table_file import BadFile
from pointsapp.core.yaml_file import read_bytes
from pointsapp.stars.pages.door import bp
from pointsapp.stars.policies import may_try_schemes
from pointsapp.stars.queries import judge_draft, preview
from pointsapp.web.doors import signed_in


@bp.get("/console/star-schemes")
def show_draft() -> str:
    """Ask for a scheme file."""
    require(may_try_schemes(signed_in()))
    return render_template("stars/draft.html", draft=None, shown=None, problems=(), text="")


@bp.post("/console/star-schemes")
def try_draft() -> ResponseReturnValue:
    """Judge the file and score the current round under it; nothing is stored, so the answer stands under the form."""
    require(may_try_schemes(signed_in()))
    upload = request.files.get("file")
    content = upload.read() if upload else request.form.get("text", "").encode()
    text = content.decode("utf-8-sig", "replace")
    try:
        draft = judge_draft(db.session, *read_bytes(content), now=now())
    except BadFile as bad:
        page = render_template("stars/draft.html", draft=None, shown=None, problems=bad.problems, text=text)
        return page, 422
    shown = preview(db.session, draft, now=now())
    return render_template("stars/draft.html", draft=draft, shown=shown, problems=(), text=text)
