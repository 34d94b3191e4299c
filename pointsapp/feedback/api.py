"""JSON door of feedback: say something, as oneself or as a guest, read what became of it; and the office that answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response

from pointsapp.core import policy
from pointsapp.core.actor import require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page
from pointsapp.feedback.errors import FeedbackUnknown, GuestsTooMany
from pointsapp.feedback.policies import ADDRESS_PER_HOUR
from pointsapp.feedback.queries import (
    FeedbackRow,
    StepRow,
    feedback_page,
    find_feedback,
    handled_feedback,
    my_feedback_page,
    steps_of,
)
from pointsapp.feedback.schemas import (
    DeskFeedbackArgs,
    DeskFeedbackMatterSchema,
    DeskFeedbackSchema,
    FeedbackAnswerJson,
    FeedbackHandOnJson,
    FeedbackMatterSchema,
    FeedbackSchema,
    FeedbackSlipJson,
    FeedbackVerdictJson,
    GuestFeedbackJson,
    GuestFeedbackReceiptSchema,
    GuestFeedbackVerdictJson,
    HandedOnSchema,
    ReceiptSchema,
    SayJson,
)
from pointsapp.feedback.services import (
    SayFeedback,
    Verdict,
    answer_feedback,
    give_verdict,
    hand_on,
    say_as_guest,
    say_feedback,
    secret_hash,
    take_feedback,
    withdraw_feedback,
)
from pointsapp.web.api import api_blueprint, refuses
from pointsapp.web.doors import write_json
from pointsapp.web.guard import public
from pointsapp.web.guesses import takes_codes
from pointsapp.web.login import signed_in
from pointsapp.web.schemas import PageArgs, page_request, page_schema
from pointsapp.web.security import caller_address, hit_per_hour

blp = api_blueprint("feedback", "Opinions and complaints: say one, read what became of it, answer.")
_BY_SLIP = "a guest follows what they said by number and secret, asked for each time"


@blp.post("/feedback")
@blp.arguments(SayJson)
@blp.response(201, ReceiptSchema)
@refuses("feedback_place_missing", "feedback_too_much")
def post_feedback(command: SayFeedback) -> Response:
    """Say something about the platform; the answer comes to the person."""
    return write_json(say_feedback, signed_in(), command, schema=ReceiptSchema)


@blp.get("/me/feedback")
@blp.arguments(PageArgs, location="query")
@blp.response(200, page_schema(FeedbackSchema))
def list_my_feedback(args: dict[str, Any]) -> Page[FeedbackRow]:
    """What I said, newest first."""
    return my_feedback_page(db.session, signed_in().person_id, page_request(args, int), now=now())


@blp.get("/me/feedback/<number>")
@blp.response(200, FeedbackMatterSchema)
def read_my_feedback(number: str) -> dict[str, Any]:
    """Read one of my own with every step."""
    return _with_steps(_mine(number))


@blp.post("/me/feedback/<number>/verdict")
@blp.arguments(FeedbackVerdictJson)
@blp.response(200, ReceiptSchema)
@refuses("wrong_state", "feedback_answer_old")
def post_verdict(typed: dict[str, Any], number: str) -> Response:
    """Say whether the answer is enough; not satisfied carries it to the office above."""
    command = Verdict(number=_mine(number).number, **typed)
    return write_json(give_verdict, signed_in(), command, None, schema=ReceiptSchema, status=200)


@blp.post("/me/feedback/<number>/withdrawal")
@blp.response(200, ReceiptSchema)
@refuses("wrong_state")
def post_withdrawal(number: str) -> Response:
    """Take one of my own back before it was answered."""
    row = _mine(number)
    return write_json(withdraw_feedback, signed_in(), row.number, None, schema=ReceiptSchema, status=200)


@blp.post("/guest-feedback")
@public("everybody may say what is wrong, above all who cannot sign in")
@blp.arguments(GuestFeedbackJson)
@blp.response(201, GuestFeedbackReceiptSchema)
@refuses("feedback_guests_too_many")
def post_guest_feedback(command: SayFeedback) -> Response:
    """Say something without an account; number and `code` of the answer are the only way to follow it."""
    address = caller_address()
    most = policy.value(db.session, ADDRESS_PER_HOUR, now=now())
    if address is not None and not hit_per_hour(f"feedback:{address}", most):
        raise GuestsTooMany(retry_after=3600)
    return write_json(say_as_guest, command, schema=GuestFeedbackReceiptSchema, replayable=False)


@blp.post("/guest-feedback/lookup")
@public(_BY_SLIP)
@blp.arguments(FeedbackSlipJson)
@blp.response(200, FeedbackMatterSchema)
@refuses("feedback_unknown")
@takes_codes
def look_up_guest_feedback(slip: tuple[str, str]) -> dict[str, Any]:
    """Read a guest's feedback; asked by POST, so that the secret stands in no address."""
    number, secret = slip
    row = find_feedback(db.session, number, now=now())
    if row.secret_hash != secret_hash(number, secret):
        raise FeedbackUnknown()
    return _with_steps(row)


@blp.post("/guest-feedback/verdict")
@public(_BY_SLIP)
@blp.arguments(GuestFeedbackVerdictJson)
@blp.response(200, ReceiptSchema)
@refuses("feedback_unknown", "wrong_state", "feedback_answer_old")
@takes_codes
def post_guest_verdict(given: tuple[Verdict, str]) -> Response:
    """Say as a guest whether the answer is enough."""
    command, secret = given
    hashed = secret_hash(command.number, secret)
    return write_json(give_verdict, None, command, hashed, schema=ReceiptSchema, status=200, replayable=False)


@blp.post("/guest-feedback/withdrawal")
@public(_BY_SLIP)
@blp.arguments(FeedbackSlipJson)
@blp.response(200, ReceiptSchema)
@refuses("feedback_unknown", "wrong_state")
@takes_codes
def post_guest_withdrawal(slip: tuple[str, str]) -> Response:
    """Take a guest's feedback back before it was answered."""
    number, secret = slip
    hashed = secret_hash(number, secret)
    return write_json(withdraw_feedback, None, number, hashed, schema=ReceiptSchema, status=200, replayable=False)


@blp.get("/feedback")
@blp.arguments(DeskFeedbackArgs, location="query")
@blp.response(200, page_schema(DeskFeedbackSchema))
@refuses("not_allowed")
def list_feedback(args: dict[str, Any]) -> Page[FeedbackRow]:
    """List what stands at the offices of one's remit, names and contacts masked, what is due first on top; what is over by the newest."""
    return feedback_page(db.session, signed_in(), page_request(args, str, int), view=args["view"], now=now())


@blp.get("/feedback/<number>")
@blp.response(200, DeskFeedbackMatterSchema)
@refuses("not_allowed", "own_feedback", "feedback_moved", "feedback_you_decided")
def read_feedback(number: str) -> dict[str, Any]:
    """Read one with every step, as the office that has it or one above; name and contact whole for who is named to answer it."""
    return _with_steps(_at_desk(number))


@blp.post("/feedback/<number>/taking")
@blp.response(200, ReceiptSchema)
@refuses("not_allowed", "own_feedback", "feedback_moved", "feedback_you_decided", "wrong_state")
def post_taking(number: str) -> Response:
    """Become the one who answers."""
    return write_json(take_feedback, signed_in(), _at_desk(number).number, schema=ReceiptSchema, status=200)


@blp.post("/feedback/<number>/answer")
@blp.arguments(FeedbackAnswerJson)
@blp.response(200, ReceiptSchema)
@refuses("not_allowed", "own_feedback", "feedback_moved", "feedback_you_decided", "wrong_state")
def post_answer(typed: dict[str, str], number: str) -> Response:
    """Answer it; the person has some days to say whether that is enough."""
    row = _at_desk(number)
    return write_json(answer_feedback, signed_in(), row.number, typed["text"], schema=ReceiptSchema, status=200)


@blp.post("/feedback/<number>/handing-on")
@blp.arguments(FeedbackHandOnJson)
@blp.response(200, HandedOnSchema)
@refuses(
    "not_allowed", "own_feedback", "feedback_moved", "feedback_you_decided", "feedback_nobody_there", "wrong_state"
)
def post_handing_on(typed: dict[str, str], number: str) -> Response:
    """Give it to another office within one's remit, where it belongs."""
    to = (_at_desk(number).number, typed["to_area"], typed["reason"])
    return write_json(hand_on, signed_in(), *to, schema=HandedOnSchema, status=200)


def _mine(number: str) -> FeedbackRow:
    try:
        row = find_feedback(db.session, number[:20], now=now())
    except FeedbackUnknown:
        raise NotFound() from None
    require(row.person_id == signed_in().person_id, NotFound())
    return row


def _at_desk(number: str) -> FeedbackRow:
    """Return what this actor may handle; whoever may not know of it hears that there is none."""
    try:
        return handled_feedback(db.session, signed_in(), number[:20], now=now())
    except FeedbackUnknown:
        raise NotFound() from None


def _with_steps(row: FeedbackRow) -> dict[str, Any]:
    steps: tuple[StepRow, ...] = tuple(
        replace(step, by=row.who) if step.by_id is not None and step.by_id == row.person_id else step
        for step in steps_of(db.session, row.id)
    )
    return {**{name: getattr(row, name) for name in row.__slots__}, "steps": steps}
