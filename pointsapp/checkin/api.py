"""JSON door of checkin."""

from __future__ import annotations

from typing import Any

from flask import Response

from pointsapp.checkin import queries, services
from pointsapp.checkin.schemas import (
    CheckInPersonSchema,
    CheckInReceiptSchema,
    CheckInSchema,
    ClosingJson,
    ClosingReceiptSchema,
    ClosingSchema,
    CodeArgs,
    CorrectionReceiptSchema,
    CorrectionSchema,
    DeclineSchema,
    PersonalCodeSchema,
    ReviewReceiptSchema,
    VenueCodeSchema,
)
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.web.api import api_blueprint, refuses
from pointsapp.web.doors import write_json
from pointsapp.web.guesses import takes_codes
from pointsapp.web.login import signed_in

blp = api_blueprint("checkin", "Venue codes, scans, attendance, corrections.")


@blp.get("/shifts/<shift_id>/checkin-code")
@blp.arguments(CodeArgs, location="query")
@blp.response(200, VenueCodeSchema)
@refuses("not_allowed", "outside_window", "wrong_state")
def read_venue_code(args: dict[str, Any], shift_id: str) -> Any:
    """The code the venue shows now; ask again after `refresh_after_s` seconds."""
    moment = now()
    look = queries.shift_for_leader(db.session, signed_in(), shift_id, now=moment)
    if args["poster"]:
        return queries.poster_code(look, args["action"])
    return queries.venue_code(look, args["action"], now=moment)


@blp.post("/checkins")
@blp.arguments(CheckInSchema)
@blp.response(201, CheckInReceiptSchema)
@refuses(
    "code_invalid",
    "code_expired",
    "not_signed_up",
    "not_allowed",
    "outside_window",
    "not_checked_in",
    "location_required",
    "out_of_range",
    "time_conflict",
    "wrong_state",
)
@takes_codes
def post_check_in(command: services.CheckIn) -> Response:
    """Check oneself in or out with the venue's code; a repeat answers 200 and changes nothing."""
    return write_json(services.check_in, signed_in(), command, schema=CheckInReceiptSchema)


@blp.post("/shifts/<shift_id>/checkins")
@blp.arguments(CheckInPersonSchema)
@blp.response(201, CheckInReceiptSchema)
@refuses(
    "code_invalid", "not_signed_up", "not_allowed", "outside_window", "not_checked_in", "time_conflict", "wrong_state"
)
@takes_codes
def post_person_check_in(command: services.CheckInPerson, shift_id: str) -> Response:
    """Check somebody in or out: by their personal code, or by the leader's list (`user_id`)."""
    return write_json(services.check_in_person, signed_in(), shift_id, command, schema=CheckInReceiptSchema)


@blp.get("/me/code")
@blp.response(200, PersonalCodeSchema)
def read_my_code() -> Any:
    """The personal code that staff scan."""
    return queries.personal_code(db.session, signed_in().person_id)


@blp.post("/signups/<signup_id>/corrections")
@blp.arguments(CorrectionSchema)
@blp.response(201, CorrectionReceiptSchema)
@refuses("not_allowed", "wrong_state", "time_conflict")
def post_correction(command: services.AskCorrection, signup_id: str) -> Response:
    """Ask for other minutes; a second person approves."""
    return write_json(services.ask_correction, signed_in(), signup_id, command, schema=CorrectionReceiptSchema())


@blp.post("/corrections/<correction_id>/approval")
@blp.response(200, CorrectionReceiptSchema)
@refuses("not_allowed", "wrong_state", "time_conflict", "insufficient_budget")
def approve_correction(correction_id: str) -> Response:
    """Approve as a second person: both books are corrected by new entries."""
    return write_json(
        services.approve_correction, signed_in(), correction_id, schema=CorrectionReceiptSchema(), status=200
    )


@blp.post("/corrections/<correction_id>/rejection")
@blp.arguments(DeclineSchema)
@blp.response(200, CorrectionReceiptSchema)
@refuses("not_allowed", "wrong_state")
def decline_correction(body: dict[str, Any], correction_id: str) -> Response:
    """Send a correction back with a reason; nothing moves."""
    schema = CorrectionReceiptSchema()
    return write_json(
        services.decline_correction, signed_in(), correction_id, body["reason"], schema=schema, status=200
    )


@blp.post("/checkins/<checkin_id>/confirmation")
@blp.response(200, ReviewReceiptSchema)
@refuses("not_allowed", "wrong_state", "time_conflict", "insufficient_budget")
def confirm_check_in(checkin_id: str) -> Response:
    """Credit provisional minutes as an organiser other than the person."""
    return write_json(services.confirm_attendance, signed_in(), checkin_id, schema=ReviewReceiptSchema(), status=200)


@blp.post("/checkins/<checkin_id>/voiding")
@blp.arguments(DeclineSchema)
@blp.response(200, ReviewReceiptSchema)
@refuses("not_allowed", "wrong_state")
def void_check_in(body: dict[str, Any], checkin_id: str) -> Response:
    """Leave provisional minutes uncounted, with a reason."""
    command = services.Void(reason=body["reason"])
    schema = ReviewReceiptSchema()
    return write_json(services.void_attendance, signed_in(), checkin_id, command, schema=schema, status=200)


@blp.get("/shifts/<shift_id>/closing")
@blp.response(200, ClosingSchema)
@refuses("not_allowed")
def read_closing(shift_id: str) -> queries.ClosingView:
    """What is still open of a shift, person by person, and how often it was closed; its leaders and staff."""
    actor, moment = signed_in(), now()
    look = queries.shift_for_leader(db.session, actor, shift_id, now=moment)
    return queries.closing_view(db.session, actor, look, now=moment)


@blp.post("/shifts/<shift_id>/closing")
@blp.arguments(ClosingJson)
@blp.response(200, ClosingReceiptSchema)
@refuses("not_allowed", "wrong_state")
def post_shift_closing(command: services.CloseShift, shift_id: str) -> Response:
    """Decide what was chosen and close the shift if nothing is left open; a no to one choice leaves the others standing."""
    return write_json(services.close_shift, signed_in(), shift_id, command, schema=ClosingReceiptSchema, status=200)
