"""JSON door of people."""

from __future__ import annotations

from dataclasses import replace

from flask import Response
from flask_babel import get_locale

from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.people.queries import PrivacyNotice, current_notice
from pointsapp.people.schemas import (
    IssueCodeSchema,
    IssuedCodeSchema,
    NoticeSchema,
    RegisteredSchema,
    RegisterSchema,
    SessionSchema,
    SignInSchema,
)
from pointsapp.people.services import (
    IssueOneTimeCode,
    OneTimeCodeKind,
    Register,
    SignIn,
    UseOneTimeCode,
    check_password,
    issue_one_time_code,
    register,
    revoke_token,
    sign_in_for_token,
    use_one_time_code_for_token,
)
from pointsapp.web.api import api_blueprint, refuses
from pointsapp.web.doors import write_json
from pointsapp.web.guard import public
from pointsapp.web.guesses import takes_codes
from pointsapp.web.login import bearer_token, signed_in
from pointsapp.web.security import caller_address

blp = api_blueprint("people", "People: joining, signing in, roles, one-time codes, API tokens.")


@blp.post("/sessions")
@public("this is where a stranger signs in")
@blp.arguments(SignInSchema)
@blp.response(201, SessionSchema)
@refuses("invalid_credentials", "too_many_attempts", "code_invalid")
@takes_codes
def open_session(command: SignIn | UseOneTimeCode) -> Response:
    """Sign in with a password or with a one-time code; answers a token that is valid for 30 days."""
    if isinstance(command, UseOneTimeCode):
        return write_json(use_one_time_code_for_token, command, schema=SessionSchema(), replayable=False)
    checked = check_password(db.session, replace(command, address=caller_address()), now=now())
    return write_json(sign_in_for_token, checked, schema=SessionSchema(), replayable=False)


@blp.delete("/sessions/current")
@blp.response(204)
def close_session() -> Response:
    """Revoke the token of this call."""
    return write_json(revoke_token, signed_in(), bearer_token(), schema=None, status=204, replayable=False)


@blp.post("/people")
@public("a stranger joins by themself")
@blp.arguments(RegisterSchema)
@blp.response(201, RegisteredSchema)
@refuses("phone_taken", "consent_required")
def create_person(command: Register) -> Response:
    """Join: earns at once, spends once somebody has seen the person. Without a phone the volunteer number signs in."""
    return write_json(register, None, command, schema=RegisteredSchema(), replayable=False)


@blp.post("/people/<person_id>/one-time-codes")
@blp.arguments(IssueCodeSchema)
@blp.response(201, IssuedCodeSchema)
@refuses("not_allowed")
def create_one_time_code(given: dict[str, OneTimeCodeKind], person_id: str) -> Response:
    """Issue a code for the person at the desk, shown once."""
    command = IssueOneTimeCode(person=person_id, kind=given["kind"])
    return write_json(issue_one_time_code, signed_in(), command, schema=IssuedCodeSchema())


@blp.get("/privacy-notice")
@public("read before one registers")
@blp.response(200, NoticeSchema)
def show_privacy_notice() -> PrivacyNotice:
    """Read the notice in force, in the language of the request."""
    return current_notice(str(get_locale()))
