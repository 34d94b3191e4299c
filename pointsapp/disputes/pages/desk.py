"""The desk: disputes by their due day, both sides on one page, the decision with its reason."""

from __future__ import annotations

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core.actor import require
from pointsapp.core.clock import local_day, now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.disputes.pages.door import WORDS, both_sides, bp
from pointsapp.disputes.policies import desk_paths, is_office_of, may_decide, may_see_desk
from pointsapp.disputes.queries import DisputeRow, count_open, dispute_row, disputes_page
from pointsapp.disputes.schemas import DecideForm
from pointsapp.disputes.services import DecideDispute, decide_dispute
from pointsapp.web.doors import Form, bind, write_page
from pointsapp.web.login import signed_in

SHOWN = 30


@bp.get("/console/disputes")
def show_desk() -> str:
    """Show the disputes of the actor's areas: the open ones by their due day, or the closed ones."""
    actor = signed_in()
    require(may_see_desk(actor))
    is_open = request.args.get("closed") != "1"
    asked = PageRequest(limit=SHOWN, after=decode_cursor(request.args.get("cursor"), (str, int)))
    paths = desk_paths(actor)
    return render_template(
        "disputes/desk.html",
        page=disputes_page(db.session, asked, paths=paths, is_open=is_open),
        is_open=is_open,
        count=count_open(db.session, paths),
        today=local_day(now()),
        words=WORDS,
    )


@bp.get("/console/disputes/<public_id>")
def show_case(public_id: str) -> str:
    """Show both sides of one dispute to the office."""
    return _case(public_id, None)


@bp.post("/console/disputes/<public_id>/decision")
def submit_decision(public_id: str) -> ResponseReturnValue:
    """Decide, with a reason that both sides read."""
    _readable(public_id)
    form = bind(DecideForm())

    def act(typed: dict[str, str]) -> ResponseReturnValue:
        command = DecideDispute(dispute=public_id, is_upheld=typed["decision"] == "uphold", reason=typed["reason"])
        answer = write_page(decide_dispute, signed_in(), command, then=_address)
        flash(_("已处理，双方都会收到通知。"), "yes")
        return answer

    return form.submit(act, or_show=lambda: _case(public_id, form))


def _readable(public_id: str) -> DisputeRow:
    row = dispute_row(db.session, public_id)
    if row is None or not is_office_of(signed_in(), row.area_path):
        raise NotFound()
    return row


def _case(public_id: str, form: Form | None) -> str:
    row, actor = _readable(public_id), signed_in()
    may = may_decide(
        actor, merchant_id=row.merchant_id, area_path=row.area_path, person_id=row.person_id, clerk_id=row.clerk_id
    )
    return render_template("disputes/case.html", **both_sides(row), form=form, may_decide=may, today=local_day(now()))


def _address(row: DisputeRow) -> str:
    return url_for("disputes.show_case", public_id=row.public_id)
