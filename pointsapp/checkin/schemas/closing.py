"""A shift's closing: what was chosen on the page or in JSON, how the shift stands, and what one act did."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, validate

from pointsapp.checkin.schemas.arriving import REASON
from pointsapp.checkin.services import MOST_LINES, CloseShift
from pointsapp.web.schemas import FormSchema, JsonSchema, Moment, Schema, Text, post_load


class ClosingForm(FormSchema):
    """Each choice comes as `choice:id`, so that a row is one drop-down and works without a script."""

    minutes = fields.List(fields.String(), load_default=list)
    absent = fields.List(fields.String(), load_default=list)
    asked = fields.List(fields.String(), load_default=list)
    corrections = fields.List(fields.String(), load_default=list)
    void_reason = Text(REASON, lines=True, load_default="")
    excuse_words = Text(REASON, lines=True, load_default="")

    @post_load
    def to_command(self, found: dict[str, Any], **_kw: Any) -> CloseShift:
        chosen = {name: _by_id(found[name]) for name in ("minutes", "absent", "asked", "corrections")}
        _want_words({**found, **chosen})
        approved = {key for key, choice in chosen.pop("corrections").items() if choice == "approve"}
        return CloseShift(
            **chosen,
            corrections=frozenset(approved),
            void_reason=found["void_reason"],
            excuse_words=found["excuse_words"],
        )


def _want_words(found: dict[str, Any]) -> None:
    """Refuse a void without a reason, and an answer to an excuse without a word."""
    missing = {}
    if "void" in found["minutes"].values() and not found["void_reason"]:
        missing["void_reason"] = [_l("有不确认的时长，请写原因，本人会看到。")]
    answers = {*found["absent"].values(), *found["asked"].values()}
    if {"excused", "accept", "decline"} & answers and not found["excuse_words"]:
        missing["excuse_words"] = [_l("请写一句说明，本人会看到。")]
    if missing:
        raise ValidationError(missing)


def _by_id(choices: list[str]) -> dict[str, str]:
    return {key: choice for choice, _colon, key in (each.partition(":") for each in choices[:MOST_LINES]) if key}


def _chosen(*choices: str) -> fields.Dict:
    """A choice for each id that is named; who is not named is left as they are."""
    return fields.Dict(
        keys=fields.String(validate=validate.Length(max=20)),
        values=fields.String(validate=validate.OneOf(choices)),
        validate=validate.Length(max=MOST_LINES),
        load_default=dict,
    )


class ClosingJson(JsonSchema):
    """`minutes` by attendance, `absent` by sign-up, `asked` by no-show; voiding wants `void_reason`, any answer `excuse_words`."""

    minutes = _chosen("confirm", "void")
    absent = _chosen("missed", "excused")
    asked = _chosen("accept", "decline")
    corrections = fields.List(
        fields.String(validate=validate.Length(max=20)), validate=validate.Length(max=MOST_LINES), load_default=list
    )
    void_reason = Text(REASON, lines=True, least=0, load_default="")
    excuse_words = Text(REASON, lines=True, least=0, load_default="")

    @post_load
    def to_command(self, found: dict[str, Any], **_kw: Any) -> CloseShift:
        _want_words(found)
        return CloseShift(**{**found, "corrections": frozenset(found["corrections"])})


class OutcomeSchema(Schema):
    """How a shift stands; `open` is what keeps it from being closed, `waiting` has a way and a limit of its own."""

    came = fields.Integer()
    minutes = fields.Integer()
    points = fields.Integer()
    present = fields.Integer()
    provisional = fields.Integer()
    voided = fields.Integer()
    absent = fields.Integer()
    missed = fields.Integer()
    excused = fields.Integer()
    waiting = fields.Integer()
    corrected = fields.Integer()
    correcting = fields.Integer()
    open = fields.Integer()


class ClosingLineSchema(Schema):
    """One person of the shift; `may_decide`: their minutes or their excuse, `may_approve`: the correction that waits."""

    signup_id = fields.String(attribute="signup")
    user_id = fields.String()
    name = fields.String(attribute="shown_name")
    number_tail = fields.String()
    attendance_id = fields.String(attribute="attendance", allow_none=True)
    state = fields.Function(lambda line: line.state.value if line.state else None)
    checked_in_at = Moment(allow_none=True)
    minutes = fields.Integer()
    points = fields.Integer()
    cut_off = fields.Boolean()
    no_show_id = fields.String(attribute="no_show", allow_none=True)
    no_show_state = fields.Function(lambda line: line.no_show_state.value if line.no_show_state else None)
    excuse = fields.String()
    correction_id = fields.String(attribute="correction", allow_none=True)
    correction_minutes = fields.Integer()
    correction_reason = fields.String()
    may_decide = fields.Boolean()
    may_approve = fields.Boolean()


class ClosedSchema(Schema):
    round = fields.Integer()
    closed_at = Moment()
    closed_by = fields.String()


class ClosingSchema(Schema):
    is_over = fields.Boolean()
    is_closed = fields.Boolean()
    outcome = fields.Nested(OutcomeSchema)
    lines = fields.List(fields.Nested(ClosingLineSchema))
    closings = fields.List(fields.Nested(ClosedSchema))


class ClosingReceiptSchema(Schema):
    """What one act did; `refusals` are the codes of single choices that could not be done."""

    shift_id = fields.String()
    is_closed = fields.Boolean()
    confirmed = fields.Integer()
    voided = fields.Integer()
    missed = fields.Integer()
    excused = fields.Integer()
    answered = fields.Integer()
    corrected = fields.Integer()
    left = fields.Integer()
    refusals = fields.Function(lambda receipt: [refusal.code for refusal in receipt.refusals])
