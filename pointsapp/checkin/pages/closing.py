"""After the event: one page that shows all that is open of a shift, decides it in one go and ends with 「已收尾」."""

from __future__ import annotations

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.checkin import queries, services
from pointsapp.checkin.pages.blueprint import bp
from pointsapp.checkin.schemas import ClosingForm
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.web.doors import Form, bind, blank, write_page
from pointsapp.web.login import signed_in
from pointsapp.web.messages import say


@bp.get("/lead/<shift>/closing")
def show_closing(shift: str) -> str:
    """Show a shift's leaders and staff what is still open of it, and how it was closed."""
    return _closing(shift, blank())


def _closing(shift: str, form: Form) -> str:
    actor, moment = signed_in(), now()
    look = queries.shift_for_leader(db.session, actor, shift, now=moment)
    view = queries.closing_view(db.session, actor, look, now=moment)
    return render_template("checkin/closing.html", view=view, form=form)


@bp.post("/lead/<shift>/closing")
def submit_closing(shift: str) -> ResponseReturnValue:
    """Decide what was chosen; closed when nothing is left."""
    form = bind(ClosingForm())
    actor = signed_in()

    def act(command: services.CloseShift) -> ResponseReturnValue:
        return write_page(services.close_shift, actor, shift, command, then=_told)

    return form.submit(act, or_show=lambda: _closing(shift, form))


def _told(receipt: services.ClosingReceipt) -> str:
    """Say what was done, what could not be and why, and whether anything is left."""
    parts = (
        (receipt.confirmed, _("确认 %(n)s 人的时长", n=receipt.confirmed)),
        (receipt.voided, _("不确认 %(n)s 人", n=receipt.voided)),
        (receipt.corrected, _("更正 %(n)s 条", n=receipt.corrected)),
        (receipt.missed, _("没来 %(n)s 人", n=receipt.missed)),
        (receipt.excused, _("请假 %(n)s 人", n=receipt.excused)),
        (receipt.answered, _("答复 %(n)s 条", n=receipt.answered)),
    )
    did = _("、").join(words for number, words in parts if number)
    for refusal in receipt.refusals[:5]:
        flash(_("有一条没办成：%(why)s", why=say(refusal)[1]), "no")
    if receipt.is_closed:
        flash(_("本场已收尾。%(did)s", did=did), "yes")
    elif receipt.did:
        flash(_("已办：%(did)s。还有 %(n)s 件没完。", did=did, n=receipt.left), "wait")
    else:
        flash(_("还有 %(n)s 件没完，要等别人办或稍后再来。", n=receipt.left), "wait")
    return url_for("checkin.show_closing", shift=receipt.shift_id)
