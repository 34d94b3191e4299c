"""The venue's side: today's shifts, the screen with the turning code, the printed poster."""

from __future__ import annotations

from datetime import timedelta

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pointsapp.checkin import queries
from pointsapp.checkin.pages.blueprint import bp
from pointsapp.checkin.policies import may_see_desk
from pointsapp.checkin.schemas import CodeArgs
from pointsapp.core import clock
from pointsapp.core.actor import require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.tasks.policies import may_lead_own
from pointsapp.web.links import absolute
from pointsapp.web.login import signed_in
from pointsapp.web.qr import qr_svg

LIVE_EVERY_S = 4
SHOWN = 50


@bp.get("/console/checkin")
def show_console_checkin() -> str:
    """Show the shifts of a day in the areas the reader runs."""
    actor, moment = signed_in(), now()
    require(may_see_desk(actor))
    step = request.args.get("day", 0, type=int)
    day = clock.local_day(moment) + timedelta(days=max(-7, min(step, 7)))
    page = PageRequest(limit=SHOWN, after=decode_cursor(request.args.get("cursor"), (str, int)))
    lines = queries.shifts_page(db.session, actor, *clock.day_bounds(day), page)
    return render_template(
        "checkin/console_checkin.html", lines=lines, day=day, step=step, now=moment, may_lead_own=may_lead_own
    )


@bp.get("/console/checkin/<shift>")
def show_screen(shift: str) -> ResponseReturnValue:
    """Show the turning code as large as the screen allows, with who just came. The page asks for itself again."""
    moment, wanted = now(), CodeArgs().load({"action": request.args.get("action", "check_in")})
    look = queries.shift_for_leader(db.session, signed_in(), shift, now=moment)
    shown = queries.venue_code(look, wanted["action"], now=moment)
    view = queries.screen_view(db.session, look, wanted["action"])
    page = render_template(
        "checkin/screen.html", view=view, brief=look.brief, shown=shown, qr=_qr(shown.code), every=LIVE_EVERY_S
    )
    answer = make_response(page)
    answer.headers["X-Live-After"] = str(min(LIVE_EVERY_S, shown.refresh_after_s))
    return answer


@bp.get("/console/checkin/<shift>/poster")
def show_poster(shift: str) -> str:
    """Show the printed code of a task that chose one; it always comes with the range check."""
    moment, wanted = now(), CodeArgs().load({"action": request.args.get("action", "check_in")})
    look = queries.shift_for_leader(db.session, signed_in(), shift, now=moment)
    shown = queries.poster_code(look, wanted["action"])
    return render_template("checkin/print_poster.html", brief=look.brief, shown=shown, qr=_qr(shown.code))


def _qr(code: str) -> str:
    return qr_svg(absolute(url_for("checkin.show_arrival", code=code)))
