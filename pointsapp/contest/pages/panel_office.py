"""The desk of panels: the street office calls and cancels them, the chair sees who is missing, excuses and closes."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.areas.queries import area_options
from pointsapp.contest.errors import NotChair
from pointsapp.contest.pages.door import WORDS, bp, the_round
from pointsapp.contest.policies import may_bind
from pointsapp.contest.queries import find_panel, panels_page, sheet_of
from pointsapp.contest.schemas import CancelPanelForm, ExcuseForm, PanelForm
from pointsapp.contest.services import call_panel, cancel_panel, close_panel, excuse
from pointsapp.core.actor import STREET_OFFICE, require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.stars.policies import may_open_console, may_read_members
from pointsapp.stars.queries import latest_rounds
from pointsapp.web.doors import Form, bind, blank, signed_in, write_page


@bp.get("/console/panels")
def show_console_panels() -> str:
    """The panels of a round, and for the street office the form that calls one."""
    return _console_panels(blank())


@bp.post("/console/panels")
def submit_panel() -> ResponseReturnValue:
    """Call a panel."""
    form = bind(PanelForm())
    return form.submit(
        lambda command: write_page(call_panel, signed_in(), command, then=_then(_("评审已召集，已通知评委"))),
        or_show=lambda: _console_panels(form),
    )


@bp.get("/panels/<string:panel_id>/chair")
def show_chair(panel_id: str) -> str:
    """For the chair: which scores are in (not which they are), which are missing, and the way to close."""
    return _chair(panel_id, blank())


@bp.post("/panels/<string:panel_id>/excuses")
def submit_excuse(panel_id: str) -> ResponseReturnValue:
    """Let the panel close without some scores, with a reason."""
    form = bind(ExcuseForm())
    return form.submit(
        lambda typed: write_page(excuse, signed_in(), panel_id, **typed, then=_then(_("已记下免评原因"), "show_chair")),
        or_show=lambda: _chair(panel_id, form),
    )


@bp.post("/panels/<string:panel_id>/closing")
def submit_panel_closing(panel_id: str) -> ResponseReturnValue:
    """Close the panel: every mean becomes the branch's assessment."""
    form = blank()
    form.command = panel_id
    return form.submit(
        lambda _id: write_page(close_panel, signed_in(), panel_id, then=_then(_("评审结束，结果已公布并记入评定"))),
        or_show=lambda: _chair(panel_id, form),
    )


@bp.post("/panels/<string:panel_id>/cancellation")
def submit_panel_cancellation(panel_id: str) -> ResponseReturnValue:
    """Call the panel off, with a reason."""
    form = bind(CancelPanelForm())
    return form.submit(
        lambda reason: write_page(cancel_panel, signed_in(), panel_id, reason, then=_then(_("这一场评审已取消"))),
        or_show=lambda: _console_panels(form),
    )


def _then(words: str, page: str = "show_panel") -> Any:
    def then(receipt: Any) -> str:
        flash(words, "yes")
        return url_for(f"contest.{page}", panel_id=receipt.panel_id)

    return then


def _console_panels(form: Form) -> str:
    actor = signed_in()
    require(may_open_console(actor))
    found = the_round()
    asked = PageRequest(limit=30, after=decode_cursor(request.args.get("cursor"), (int,)))
    paths = actor.paths(STREET_OFFICE)
    indicators = [
        (one, star)
        for star in found.scheme.stars
        for one in star.indicators
        if any(may_bind(actor, path, one) for path in paths)
    ]
    areas = [one for one in area_options(db.session) if one.path.startswith(paths)] if paths else []
    return render_template(
        "contest/console_panels.html",
        round=found,
        rounds=latest_rounds(db.session),
        page=panels_page(db.session, actor, asked, found=found),
        areas=areas,
        indicators=indicators if found.state == "open" else [],
        form=form,
        words=WORDS,
    )


def _chair(panel_id: str, form: Form) -> str:
    actor = signed_in()
    panel = find_panel(db.session, panel_id, actor)
    require(panel.chair.person_id == actor.person_id, NotChair())
    sheet = sheet_of(db.session, panel, now=now())
    # Who has an interest in which branch tells who is a member: only those read it who read the register.
    sees_why = all(may_read_members(actor, branch.area_path) for branch in sheet.branches)
    return render_template("contest/chair.html", panel=panel, sheet=sheet, sees_why=sees_why, form=form, words=WORDS)
