"""Review: provisional minutes to confirm, corrections to approve. The second-person rule is visible on every row."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.checkin import queries, services
from pointsapp.checkin.pages.blueprint import bp
from pointsapp.checkin.schemas import CorrectionForm, ReasonForm
from pointsapp.core.actor import require
from pointsapp.core.db import db
from pointsapp.web.doors import Form, bind, blank, write_page
from pointsapp.web.login import signed_in


@bp.get("/console/review")
def show_review() -> str:
    """Show what waits for an organiser or a second person."""
    actor = signed_in()
    require(actor.is_staff_anywhere)
    return render_template(
        "checkin/review.html",
        provisional=queries.provisional_lines(db.session, actor),
        corrections=queries.pending_corrections(db.session, actor),
    )


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
    return url_for("checkin.show_review")


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
    return url_for("checkin.show_review")


@bp.post("/console/corrections/<correction>/rejection")
def decline_correction(correction: str) -> ResponseReturnValue:
    """Send a correction back with a reason."""
    form, actor, back = bind(ReasonForm()), signed_in(), url_for("checkin.show_review")
    if form.command is None:
        flash(_("请写明退回的原因。"), "no")
        return redirect(back, 303)
    reason = form.command.reason
    return write_page(services.decline_correction, actor, correction, reason, then=lambda _receipt: back)
