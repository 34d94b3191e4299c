"""A leader's page for one shift: scan people, tick the list, close what is open."""

from __future__ import annotations

from flask import flash, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.checkin import queries, services
from pointsapp.checkin.messages import ACTIONS
from pointsapp.checkin.pages.blueprint import bp
from pointsapp.checkin.schemas import LeaderForm
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.web.doors import Form, bind, write_page
from pointsapp.web.guesses import takes_codes
from pointsapp.web.links import safe_next
from pointsapp.web.login import signed_in
from pointsapp.web.qr_reader import read_qr

SHOWN = 50


@bp.get("/lead")
def show_lead_list() -> str:
    """Show the shifts at which the reader may check people in now."""
    page = PageRequest(after=decode_cursor(request.args.get("cursor"), (int, str, int)))
    shifts = queries.lead_page(db.session, signed_in(), page, now=now())
    return render_template("checkin/lead_list.html", shifts=shifts)


@bp.get("/lead/<shift>")
def show_lead(shift: str) -> str:
    """Show a shift's list to its leaders and staff."""
    return _lead(shift, None)


def _lead(shift: str, form: Form | None) -> str:
    moment = now()
    look = queries.shift_for_leader(db.session, signed_in(), shift, now=moment)
    page = PageRequest(limit=SHOWN, after=decode_cursor(request.args.get("cursor"), (int, int)))
    text = request.args.get("q", "").strip()[:20]
    view = queries.lead_view(db.session, signed_in(), look, page, text=text, now=moment)
    # Who scans a queue goes on scanning; what was typed and refused stays in sight.
    scanning = "scan" in request.args or (form is not None and "user_id" not in form.values)
    return render_template("checkin/lead.html", view=view, brief=look.brief, form=form, scanning=scanning)


@bp.post("/lead/<shift>/checkins")
@takes_codes
def submit_person(shift: str) -> ResponseReturnValue:
    """Check somebody in or out by their code (camera, photograph, typed) or by the list."""
    form, actor = bind(LeaderForm(photo_text=_photo_text())), signed_in()

    def act(command: services.CheckInPerson) -> ResponseReturnValue:
        return write_page(services.check_in_person, actor, shift, command, then=lambda r: _told(shift, r))

    return form.submit(act, or_show=lambda: _lead(shift, form))


def _photo_text() -> str | None:
    photo = request.files.get("photo")
    if not photo or request.form.get("code", "").strip():
        return None
    g.photographed_code = text = read_qr(photo.stream)
    return text


def _told(shift: str, receipt: services.CheckInReceipt) -> str:
    """Say in one line what happened, and go back to where the leader stood."""
    name = queries.shown_name(db.session, receipt.person_id)
    facts = {"name": name, "action": str(ACTIONS[receipt.action]), "points": receipt.points_awarded}
    if receipt.is_repeat:
        flash(_("%(name)s 已经%(action)s过了，没有重复记。", **facts), "info")
    elif receipt.points_awarded:
        flash(_("%(name)s %(action)s成功，+%(points)s 分", **facts), "yes")
    else:
        flash(_("%(name)s %(action)s成功", **facts), "yes")
    return url_for("checkin.show_lead", shift=shift, scan=None if request.form.get("user_id") else 1)


@bp.post("/attendances/<attendance>/confirmation")
def confirm_minutes(attendance: str) -> ResponseReturnValue:
    """Confirm provisional minutes."""
    return write_page(services.confirm_attendance, signed_in(), attendance, then=_confirmed)


def _confirmed(receipt: services.ReviewReceipt) -> str:
    flash(_("已确认 %(minutes)s 分钟，记 %(points)s 分。", minutes=receipt.minutes, points=receipt.points), "yes")
    return safe_next(request.form.get("back"), url_for("checkin.show_review"))
