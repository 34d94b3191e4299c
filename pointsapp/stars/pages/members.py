"""The register of a branch's members, for its own secretary and the street office above."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core.actor import require
from pointsapp.core.clock import local_day, now
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.stars.pages.door import WORDS, bp
from pointsapp.stars.policies import may_read_members
from pointsapp.stars.queries import find_branch, members_page
from pointsapp.stars.schemas import EndMemberForm, MemberForm
from pointsapp.stars.services import end_member, record_member
from pointsapp.web.doors import Form, bind, blank, posted, signed_in, write_page


@bp.get("/console/stars/<string:branch_id>/members")
def show_members(branch_id: str) -> str:
    """List the branch's members, and the form that puts somebody on the register."""
    return _members(branch_id, blank())


@bp.post("/console/stars/<string:branch_id>/members")
def submit_member(branch_id: str) -> ResponseReturnValue:
    """Put somebody on the register."""
    form = bind(MemberForm(), posted(branch_id=branch_id))
    return form.submit(
        lambda command: write_page(record_member, signed_in(), command, then=_then(_("已入册"))),
        or_show=lambda: _members(branch_id, form),
    )


@bp.post("/console/stars/<string:branch_id>/members/<string:person_id>/end")
def submit_member_end(branch_id: str, person_id: str) -> ResponseReturnValue:
    """Say that somebody has left the branch."""
    form = bind(EndMemberForm(), posted(branch_id=branch_id, person_id=person_id))
    return form.submit(
        lambda command: write_page(end_member, signed_in(), command, then=_then(_("已转出，转出前的服务仍算本支部"))),
        or_show=lambda: _members(branch_id, form),
    )


def _then(words: str) -> Any:
    def then(receipt: Any) -> str:
        flash(words, "yes")
        return url_for("stars.show_members", branch_id=receipt.branch_id)

    return then


def _members(branch_id: str, form: Form) -> str:
    branch = find_branch(db.session, branch_id)
    require(may_read_members(signed_in(), branch.area_path))
    asked = PageRequest(limit=50, after=decode_cursor(request.args.get("cursor"), (int,)))
    return render_template(
        "stars/members.html",
        branch=branch,
        members=members_page(db.session, branch.id, asked, now=now()),
        form=form,
        today=local_day(now()),
        words=WORDS,
    )
