"""The page behind a one-time code's QR: one button. Opening it changes nothing, so a preview robot uses nothing up."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.transaction import write
from pointsapp.people.errors import ConsentRequired, InvalidCredentials
from pointsapp.people.pages.door import bp, carried, enter
from pointsapp.people.queries import CodeHolder, current_notice, holder_of_code
from pointsapp.people.schemas import UseCodeForm, read_one_time_code
from pointsapp.people.schemas.forms import CodeUse
from pointsapp.people.services import UseOneTimeCode, use_one_time_code
from pointsapp.web.doors import Form, bind, blank
from pointsapp.web.guard import public
from pointsapp.web.guesses import takes_codes
from pointsapp.web.login import current_actor


def _holder(code: str) -> CodeHolder:
    holder = holder_of_code(db.session, read_one_time_code(code), now=now())
    if holder is None:
        raise InvalidCredentials()
    return holder


def _page(code: str, holder: CodeHolder, form: Form) -> str:
    notice = current_notice(str(get_locale())) if holder.needs_consent else None
    other = current_actor()
    is_other = other is not None and other.public_id != holder.public_id
    return render_template(
        "people/one_time_code.html",
        code=read_one_time_code(code),
        holder=holder,
        form=form,
        notice=notice,
        other=other if is_other else None,
        **carried(),
    )


def open_code(code: str) -> str:
    """Return the code's page with all that the page before it carries; raises InvalidCredentials for a dead code."""
    return _page(code, _holder(code), blank())


@bp.get("/q/o/<code>")
@public("the QR on a slip of paper opens here")
@takes_codes
def show_one_time_code(code: str) -> ResponseReturnValue:
    return open_code(code)


@bp.post("/q/o/<code>")
@public("the code itself is what signs in")
@takes_codes
def submit_one_time_code(code: str) -> ResponseReturnValue:
    holder, form = _holder(code), bind(UseCodeForm())
    return form.submit(lambda given: _use(code, holder, given), or_show=lambda: _page(code, holder, form))


def _use(code: str, holder: CodeHolder, given: CodeUse) -> ResponseReturnValue:
    in_force = current_notice().consent_version
    if holder.needs_consent and given.consent_version != in_force:
        raise ConsentRequired(consent_version=in_force)
    command = UseOneTimeCode(
        code=read_one_time_code(code),
        new_password_hash=given.new_password_hash,
        consent_version=given.consent_version,
    )
    return enter(write(use_one_time_code, command, now=now()).actor)
