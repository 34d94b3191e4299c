"""Review: provisional minutes to confirm, corrections to approve. The second-person rule is visible on every row."""

from __future__ import annotations

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.checkin import queries, services
from pointsapp.checkin.pages.blueprint import bp
from pointsapp.checkin.policies import may_see_desk
from pointsapp.checkin.schemas import CorrectionForm, ReasonForm
from pointsapp.core.actor import require
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.web.doors import Form, bind, blank, write_page
from pointsapp.web.login import signed_in

SHOWN = 50


@bp.get("/console/review")
def show_review() -> str:
    """Show what waits for an organiser or a second person."""
    return _review(None)


def _review(form: Form | None, of: str = "") -> str:
    """`form` came back without a good reason, for the row `of`."""
    actor = signed_in()
    require(may_see_desk(actor))
    return render_template(
        "checkin/review.html",
        counts=queries.waiting_counts(db.session, actor),
        provisional=queries.provisional_page(db.session, actor, _asked_page("cursor")),
        corrections=queries.corrections_page(db.session, actor, _asked_page("corrections")),
        form=form,
        of=of,
    )


def _asked_page(name: str) -> PageRequest:
    return PageRequest(limit=SHOWN, after=decode_cursor(request.args.get(name), (int,)))


@bp.post("/attendances/<attendance>/voiding")
def void_minutes(attendance: str) -> ResponseReturnValue:
    """Leave provisional minutes uncounted; the person reads the reason."""
    form, actor = bind(ReasonForm()), signed_in()

    def act(command: services.Void) -> ResponseReturnValue:
        return write_page(services.void_attendance, actor, attendance, command, then=lambda _receipt: _here())

    return form.submit(act, or_show=lambda: _review(form, attendance))


def _here() -> str:
    return url_for("checkin.show_review")


@bp.get("/console/signups/<signup>/correction")
def show_correction(signup: str) -> str:
    """Show the form by which staff ask for other minutes."""
    return _correction(signup, blank())


@bp.post("/console/signups/<signup>/correction")
def submit_correction(signup: str) -> ResponseReturnValue:
    """Ask for other minutes; a second person approves."""
    form, actor = bind(CorrectionForm()), signed_in()

    def act(command: services.AskCorrection) -> ResponseReturnValue:
        return write_page(services.ask_correction, actor, signup, command, then=_asked)

    return form.submit(act, or_show=lambda: _correction(signup, form))


def _asked(_receipt: services.CorrectionReceipt) -> str:
    flash(_("更正已登记，等另一位工作人员复核。"), "yes")
    return _here()


def _correction(signup: str, form: Form) -> str:
    view = queries.correction_view(db.session, signed_in(), signup)
    return render_template("checkin/correction.html", view=view, form=form)


@bp.post("/console/corrections/<correction>/approval")
def approve_correction(correction: str) -> ResponseReturnValue:
    """Approve as a second person: both books are corrected by new entries."""
    return write_page(services.approve_correction, signed_in(), correction, then=_approved)


def _approved(receipt: services.CorrectionReceipt) -> str:
    facts = {"before": receipt.minutes_before, "minutes": receipt.minutes, "points": receipt.points or 0}
    flash(_("已更正：%(before)s → %(minutes)s 分钟，现为 %(points)s 分。", **facts), "yes")
    return _here()


@bp.post("/console/corrections/<correction>/rejection")
def decline_correction(correction: str) -> ResponseReturnValue:
    """Send a correction back with a reason."""
    form, actor = bind(ReasonForm()), signed_in()

    def act(command: services.Void) -> ResponseReturnValue:
        return write_page(services.decline_correction, actor, correction, command.reason, then=lambda _receipt: _here())

    return form.submit(act, or_show=lambda: _review(form, correction))
