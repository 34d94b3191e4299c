"""HTML door of privacy: a copy of one's records, leaving for good, and the same at the desk."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.transaction import write
from pointsapp.people.policies import may_see_people
from pointsapp.people.queries import DeskPerson, desk_person
from pointsapp.privacy import queries
from pointsapp.privacy.archives import copy_archive
from pointsapp.privacy.policies import may_erase
from pointsapp.privacy.schemas import DeskErasureForm, LeaveForm
from pointsapp.privacy.services import (
    AskErasure,
    ErasureReceipt,
    TakenCopy,
    ask_erasure,
    take_copy,
    withdraw_erasure,
)
from pointsapp.web.doors import Form, bind, blank, write_page
from pointsapp.web.filters import last_day
from pointsapp.web.links import link
from pointsapp.web.login import sign_out, signed_in

bp = Blueprint("privacy", __name__)


@bp.get("/me/records")
def show_copy() -> str:
    return render_template("privacy/records.html")


@bp.post("/me/records")
def submit_copy() -> ResponseReturnValue:
    def there(taken: TakenCopy) -> str:
        return url_for("privacy.show_taken_copy", public_id=taken.public_id)

    return write_page(take_copy, signed_in(), then=there)


def _copy(public_id: str) -> queries.OwnCopy:
    copy = queries.own_copy(db.session, signed_in().person_id, public_id, now=now())
    if copy is None:
        raise NotFound()
    return copy


@bp.get("/me/records/<public_id>")
def show_taken_copy(public_id: str) -> Response:
    """The copy to read here: inside WeChat nothing can be downloaded."""
    page = render_template("privacy/taken.html", copy=_copy(public_id), public_id=public_id)
    response = Response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/me/records/<public_id>.zip")
def download_copy(public_id: str) -> ResponseReturnValue:
    actor, moment = signed_in(), now()
    copy = _copy(public_id)
    page = render_template("privacy/copy.html", copy=copy, name=actor.display_name)
    response = Response(copy_archive(copy.as_json(), page), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="my-records-{moment:%Y%m%d}.zip"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _leave_page(form: Form) -> str:
    page = queries.leaving_page(db.session, signed_in().person_id, now=now())
    return render_template("privacy/leave.html", page=page, form=form)


@bp.get("/me/leave")
def show_leave() -> str:
    return _leave_page(blank())


@bp.post("/me/leave")
def submit_leave() -> ResponseReturnValue:
    actor, form = signed_in(), bind(LeaveForm())

    def leave(_understood: bool) -> ResponseReturnValue:
        receipt: ErasureReceipt = write(ask_erasure, actor, AskErasure(person=actor.public_id), now=now())  # type: ignore[assignment]
        sign_out()
        words = _(
            "已经收到注销申请，所有设备都退出了登录。到 %(day)s 为止，登录回来就可以撤回。",
            day=last_day(receipt.due_at),
        )
        flash(words, "wait")  # stays until the next page: it names a day
        return redirect(link("home.show_home") or "/", code=303)

    return form.submit(leave, or_show=lambda: _leave_page(form))


@bp.post("/me/leave/withdrawal")
def submit_withdrawal() -> ResponseReturnValue:
    def stayed(_receipt: object) -> str:
        flash(_("注销申请已经撤回，一切照旧。"), "yes")
        return url_for("people.show_profile")

    return write_page(withdraw_erasure, signed_in(), signed_in().public_id, then=stayed)


def _person(public_id: str) -> DeskPerson:
    person = desk_person(db.session, signed_in(), public_id, now=now()) if may_see_people(signed_in()) else None
    if person is None:
        raise NotFound()
    return person


def _desk_page(public_id: str, form: Form) -> str:
    person = _person(public_id)
    may = may_erase(signed_in(), person.standing)
    page = queries.leaving_page(db.session, person.id, now=now()) if may else None
    return render_template("privacy/console_erasure.html", person=person, page=page, form=form)


@bp.get("/console/people/<public_id>/erasure")
def show_console_erasure(public_id: str) -> str:
    return _desk_page(public_id, blank())


@bp.post("/console/people/<public_id>/erasure")
def submit_console_erasure(public_id: str) -> ResponseReturnValue:
    form = bind(DeskErasureForm())

    def there(receipt: ErasureReceipt) -> str:
        flash(_("已经登记。到 %(day)s 为止都可以撤回，之后自动注销。", day=last_day(receipt.due_at)), "yes")
        return url_for("privacy.show_console_erasure", public_id=public_id)

    return form.submit(
        lambda note: write_page(ask_erasure, signed_in(), AskErasure(person=public_id, note=note), then=there),
        or_show=lambda: _desk_page(public_id, form),
    )


@bp.post("/console/people/<public_id>/erasure/withdrawal")
def submit_console_withdrawal(public_id: str) -> ResponseReturnValue:
    def there(_receipt: object) -> str:
        flash(_("注销申请已经撤回，一切照旧。"), "yes")
        return url_for("privacy.show_console_erasure", public_id=public_id)

    return write_page(withdraw_erasure, signed_in(), public_id, then=there)
