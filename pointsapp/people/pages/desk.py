"""The staff's desk: find a person, register one on the spot, issue a one-time code, give a number, grant and end roles."""

from __future__ import annotations

from datetime import datetime

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from pointsapp.areas.queries import AreaOption, area_options, require_area
from pointsapp.core.actor import COMMUNITY_STAFF, STREET_OFFICE, Actor, require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.people.messages import LOOKED_FOR, ROLE_NAMES
from pointsapp.people.pages.door import bp
from pointsapp.people.pages.looks import has_opened
from pointsapp.people.policies import grantable_roles, may_grant, may_grant_any, may_help, may_see_people
from pointsapp.people.queries import current_notice, desk_person, looks_at, merged_into, search_people
from pointsapp.people.schemas import BirthYearForm, DeskPersonForm, GrantRoleForm, IssueCodeForm, PhoneForm
from pointsapp.people.schemas.forms import RoleChoice
from pointsapp.people.services import (
    GivePhone,
    GrantRole,
    IssuedCode,
    IssueOneTimeCode,
    NoteBirthYear,
    end_role,
    give_phone,
    grant_role,
    issue_one_time_code,
    note_birth_year,
    register_at_desk,
    verify_at_desk,
)
from pointsapp.web.doors import Form, bind, blank, write_page
from pointsapp.web.links import absolute
from pointsapp.web.login import signed_in
from pointsapp.web.qr import qr_svg

_ROLE_FIELDS = ("role", "area", "merchant", "starts_at", "ends_at")
SHOWN_CODE = "shown_code"  # in the staff's own session cookie, so that a refresh shows the slip again


def _staff() -> Actor:
    actor = signed_in()
    require(may_see_people(actor))
    return actor


def _own_areas(actor: Actor) -> list[AreaOption]:
    return area_options(db.session, paths=actor.paths(COMMUNITY_STAFF))


@bp.get("/console/people")
def show_console_people() -> str:
    actor, asked = _staff(), request.args.get("area", "")
    area = require_area(db.session, asked) if asked else None
    after = decode_cursor(request.args.get("cursor"), (int,))
    text = request.args.get("q", "").strip()[:60]
    page = search_people(db.session, actor, text, area, PageRequest(limit=20, after=after))
    return render_template(
        "people/console_people.html", page=page, q=text, area=asked, areas=_own_areas(actor), tools=may_grant_any(actor)
    )


@bp.get("/console/people/new")
def show_desk_form() -> str:
    return _desk_form(blank())


def _desk_form(form: Form) -> str:
    notice = current_notice(str(get_locale()))
    return render_template("people/desk_form.html", form=form, areas=_own_areas(_staff()), notice=notice)


@bp.post("/console/people")
def submit_desk_person() -> ResponseReturnValue:
    actor, form = _staff(), bind(DeskPersonForm())

    def there(made: object) -> str:
        flash(_("登记好了。把志愿者编号写给居民，再给一个一次性登录码就能用手机登录。"), "yes")
        return url_for("people.show_console_person", public_id=made.public_id)  # type: ignore[attr-defined]

    return form.submit(
        lambda command: write_page(register_at_desk, actor, command, then=there), or_show=lambda: _desk_form(form)
    )


def _person_page(
    public_id: str, phone_form: Form | None = None, role_form: Form | None = None, year_form: Form | None = None
) -> str:
    actor = _staff()
    is_open = has_opened(public_id)
    person = desk_person(db.session, actor, public_id, now=now(), is_open=is_open)
    if person is None:
        raise NotFound()
    roles = grantable_roles(actor) if actor.person_id != person.id else ()
    is_self = actor.person_id == person.id
    return render_template(
        "people/console_person.html",
        person=person,
        is_open=is_open or is_self,
        looked_for=list(LOOKED_FOR.items()),
        looks=looks_at(db.session, person.id, PageRequest(limit=5)).items if person.is_own else (),
        phone_form=phone_form or blank(),
        role_form=role_form or blank(),
        year_form=year_form or blank(birth_year=(person.birth_year or "") if is_open else ""),
        role_names=ROLE_NAMES,
        roles=[(role.value, ROLE_NAMES[role]) for role in roles],
        areas=area_options(db.session, paths=actor.paths(STREET_OFFICE)) if roles else [],
        may_help=may_help(actor, person.standing),
        may_end={
            line.public_id
            for line in person.roles
            if may_grant(actor, line.role, area_path=line.scope_path, merchant_id=line.merchant_id)
        },
    )


@bp.get("/console/people/<public_id>")
def show_console_person(public_id: str) -> ResponseReturnValue:
    other = merged_into(db.session, public_id)
    if other is not None:
        _staff()
        flash(_("这个账号已经并入这一个。"), "info")
        return redirect(url_for("people.show_console_person", public_id=other))
    return _person_page(public_id)


@bp.post("/console/people/<public_id>/one-time-codes")
def submit_code_issue(public_id: str) -> ResponseReturnValue:
    form = bind(IssueCodeForm())

    def there(issued: IssuedCode) -> str:
        kept = {"person": public_id, "code": issued.code, "kind": issued.kind.value}
        session[SHOWN_CODE] = {**kept, "expires_at": issued.expires_at.isoformat()}
        return url_for("people.show_issued_code", public_id=public_id)

    return form.submit(
        lambda kind: write_page(
            issue_one_time_code, signed_in(), IssueOneTimeCode(person=public_id, kind=kind), then=there
        ),
        or_show=lambda: _person_page(public_id),
    )


@bp.get("/console/people/<public_id>/one-time-code")
def show_issued_code(public_id: str) -> ResponseReturnValue:
    """Show the code big for the desk, or as a slip to print; only this browser knows it, and only while it is valid."""
    shown = session.get(SHOWN_CODE) or {}
    person = desk_person(db.session, _staff(), public_id, now=now())
    expires_at = datetime.fromisoformat(shown.get("expires_at", "2000-01-01T00:00:00+00:00"))
    if person is None or shown.get("person") != public_id or expires_at <= now():
        return redirect(url_for("people.show_console_person", public_id=public_id))
    payload = absolute(f"/q/o/{shown['code']}")
    name = "people/print_one_time_code.html" if shown["kind"] == "printed" else "people/issued_code.html"
    return render_template(
        name, person=person, code=shown["code"], payload=payload, qr=qr_svg(payload), expires_at=expires_at
    )


@bp.post("/console/people/<public_id>/phone")
def submit_phone(public_id: str) -> ResponseReturnValue:
    form = bind(PhoneForm())
    return form.submit(
        lambda phone: write_page(
            give_phone,
            signed_in(),
            GivePhone(person=public_id, phone=phone),
            then=lambda _receipt: _back(public_id, _("手机号已经登记给这位居民。")),
        ),
        or_show=lambda: _person_page(public_id, phone_form=form),
    )


@bp.post("/console/people/<public_id>/birth-year")
def submit_birth_year(public_id: str) -> ResponseReturnValue:
    form = bind(BirthYearForm())
    return form.submit(
        lambda given: write_page(
            note_birth_year,
            signed_in(),
            NoteBirthYear(person=public_id, year=given.year),
            then=lambda _receipt: _back(public_id, _("出生年份已经记下。")),
        ),
        or_show=lambda: _person_page(public_id, year_form=form),
    )


@bp.post("/console/people/<public_id>/verification")
def submit_verification(public_id: str) -> ResponseReturnValue:
    return write_page(
        verify_at_desk, signed_in(), public_id, then=lambda _receipt: _back(public_id, _("已核实，积分可以使用了。"))
    )


@bp.post("/console/people/<public_id>/roles")
def submit_role(public_id: str) -> ResponseReturnValue:
    form = bind(GrantRoleForm())

    def grant(choice: RoleChoice) -> ResponseReturnValue:
        command = GrantRole(person=public_id, **{name: getattr(choice, name) for name in _ROLE_FIELDS})
        return write_page(grant_role, signed_in(), command, then=lambda _receipt: _back(public_id, _("角色已经授予。")))

    return form.submit(grant, or_show=lambda: _person_page(public_id, role_form=form))


@bp.post("/console/people/<public_id>/roles/<grant_id>/ending")
def submit_role_end(public_id: str, grant_id: str) -> ResponseReturnValue:
    return write_page(
        end_role, signed_in(), grant_id, then=lambda _receipt: _back(public_id, _("角色已经收回，立刻生效。"))
    )


def _back(public_id: str, words: str) -> str:
    flash(words, "yes")
    return url_for("people.show_console_person", public_id=public_id)
