"""Work recorded on paper, for staff: type in a sheet, look through those of one's areas, confirm or decline another's."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.areas.queries import AreaOption, area_options
from pointsapp.core.actor import COMMUNITY_STAFF, require
from pointsapp.core.clock import local_day, now
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.stars.pages.door import WORDS, bp
from pointsapp.stars.pages.showing import note_paper
from pointsapp.stars.policies import may_confirm_paper, may_list_paper
from pointsapp.stars.queries import paper_page, paper_sheet
from pointsapp.stars.schemas import DeclinePaperForm, PaperForm
from pointsapp.stars.services import confirm_paper, decline_paper, record_paper
from pointsapp.web.doors import Form, bind, blank, signed_in, write_page


@bp.get("/console/paper")
def show_console_paper() -> str:
    """The sheets of one's areas, the newest first, and the form that types one in."""
    return _console_paper(blank())


@bp.post("/console/paper")
def submit_paper() -> ResponseReturnValue:
    """Type in a sheet; it counts once somebody else has confirmed it."""
    form = bind(PaperForm())

    def then(receipt: Any) -> str:
        flash(_("单子已录入，等另一位工作人员复核"), "yes")
        return url_for("stars.show_paper", sheet_id=receipt.public_id)

    return form.submit(
        lambda command: write_page(record_paper, signed_in(), command, then=then),
        or_show=lambda: _console_paper(form),
    )


@bp.get("/console/paper/<string:sheet_id>")
def show_paper(sheet_id: str) -> str:
    """One sheet: who, how long, what stands on record for them that day already."""
    return _paper(sheet_id, blank())


@bp.post("/console/paper/<string:sheet_id>/confirmation")
def submit_paper_confirmation(sheet_id: str) -> ResponseReturnValue:
    """Let the sheet count."""
    form = blank()
    form.command = sheet_id
    return form.submit(
        lambda command: write_page(confirm_paper, signed_in(), command, then=_then(_("已复核，计入五星榜"))),
        or_show=lambda: _paper(sheet_id, form),
    )


@bp.post("/console/paper/<string:sheet_id>/refusal")
def submit_paper_refusal(sheet_id: str) -> ResponseReturnValue:
    """Say that the sheet does not count, and why."""
    form = bind(DeclinePaperForm())
    return form.submit(
        lambda reason: write_page(decline_paper, signed_in(), sheet_id, reason, then=_then(_("单子未通过，不计入"))),
        or_show=lambda: _paper(sheet_id, form),
    )


def _then(words: str) -> Any:
    def then(receipt: Any) -> str:
        flash(words, "yes")
        return url_for("stars.show_paper", sheet_id=receipt.public_id)

    return then


def _console_paper(form: Form) -> str:
    actor = signed_in()
    require(may_list_paper(actor))
    asked = PageRequest(limit=30, after=decode_cursor(request.args.get("cursor"), (int,)))
    return render_template(
        "stars/console_paper.html",
        page=paper_page(db.session, actor, asked),
        areas=_areas(actor),
        form=form,
        today=local_day(now()),
        words=WORDS,
    )


def _areas(actor: Any) -> list[AreaOption]:
    paths = actor.paths(COMMUNITY_STAFF)
    return [option for option in area_options(db.session) if option.path.startswith(paths)]


def _paper(sheet_id: str, form: Form) -> str:
    actor = signed_in()
    require(may_list_paper(actor))
    sheet, lines = paper_sheet(db.session, actor, sheet_id)
    note_paper(actor, sheet, lines)
    is_own = actor.person_id in {sheet.by_id, *(line.person_id for line in lines)}
    may_decide = sheet.state == "pending" and not is_own and may_confirm_paper(actor, sheet.area_path)
    return render_template(
        "stars/paper.html", sheet=sheet, lines=lines, is_own=is_own, may_decide=may_decide, form=form, words=WORDS
    )
