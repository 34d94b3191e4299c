"""The list without a connection: ticked on the phone, sent when there is a network, answered row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.checkin import queries, services
from pointsapp.checkin.messages import ACTIONS, OFFLINE_REASONS
from pointsapp.checkin.pages.blueprint import bp
from pointsapp.checkin.schemas import OfflineForm
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.web.doors import Form, bind, write_page
from pointsapp.web.login import signed_in
from pointsapp.web.messages import sentence_of


@bp.get("/lead/<shift>/offline")
def show_offline(shift: str) -> str:
    """The shift's list to take along, and the true result of every row that was sent."""
    return _offline(shift, None)


def _offline(shift: str, form: Form | None) -> str:
    moment, actor = now(), signed_in()
    look = queries.shift_for_leader(db.session, actor, shift, now=moment)
    page = queries.offline_list(db.session, actor, look, now=moment)
    said = {line.key: _why(line.reason, line.facts) for line in page.results if line.reason}
    return render_template(
        "checkin/offline.html", page=page, brief=look.brief, form=form, said=said, actions=ACTIONS, moment=moment
    )


def _why(reason: str, facts: dict[str, Any]) -> str:
    own = OFFLINE_REASONS.get(reason)
    return str(own) if own is not None else sentence_of(reason, facts)


@bp.post("/lead/<shift>/offline")
def submit_offline(shift: str) -> ResponseReturnValue:
    """Take in what was ticked; a row sent twice is one."""
    form, actor = bind(OfflineForm()), signed_in()

    def act(rows: Sequence[services.OfflineRow]) -> ResponseReturnValue:
        return write_page(services.sync_list, actor, shift, rows, then=lambda receipt: _told(shift, receipt))

    return form.submit(act, or_show=lambda: _offline(shift, form))


def _told(shift: str, receipt: services.SyncReceipt) -> str:
    words = _("传上来了：%(n)s 条记好了", n=receipt.accepted)
    if receipt.refused:
        words += _("，%(n)s 条没记成，原因在下面", n=receipt.refused)
    flash(words, "wait" if receipt.refused else "yes")
    return url_for("checkin.show_offline", shift=shift)
