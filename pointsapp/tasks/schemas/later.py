"""The gate of what comes after a sign-up, and of a task's place: reasons, decisions, where it is."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, validate, validates_schema

from pointsapp.core.coordinates import CoordinateSystem
from pointsapp.tasks.services import Decision, Stand
from pointsapp.web.schemas import FormSchema, JsonSchema, Moment, Text, post_load

REASON = 300
ABOUT = ("excuse", "appeal")
_NEEDS_WORDS = _l("不同意时请写明理由，本人会看到")


class WordsForm(FormSchema):
    """Why one cannot come, or why one appeals."""

    reason = Text(REASON, least=2, lines=True, required=True)

    @post_load
    def to_command(self, found: dict[str, Any], **_kw: Any) -> str:
        return str(found["reason"])


class WordsSchema(JsonSchema):
    reason = Text(REASON, least=2, lines=True, required=True)


class _Decides:
    """The same decision from a form and from JSON: who says no says why."""

    @validates_schema
    def no_needs_words(self, found: dict[str, Any], **_kw: Any) -> None:
        if found.get("accepted") is False and not (found.get("answer") or "").strip():
            raise ValidationError(str(_NEEDS_WORDS), "answer")

    @post_load
    def to_command(self, found: dict[str, Any], **_kw: Any) -> Decision:
        return Decision(about=found["about"], is_accepted=found["accepted"], words=found["answer"] or None)


class DecisionForm(_Decides, FormSchema):
    about = fields.String(required=True, validate=validate.OneOf(ABOUT))
    accepted = fields.Boolean(required=True)
    answer = Text(REASON, least=0, lines=True, load_default=None)


class DecisionSchema(_Decides, JsonSchema):
    about = fields.String(required=True, validate=validate.OneOf(ABOUT))
    accepted = fields.Boolean(required=True, truthy={True}, falsy={False})
    answer = Text(REASON, least=0, lines=True, load_default=None, allow_none=True)


class NoShowReceiptSchema(JsonSchema):
    id = fields.String(attribute="public_id")
    state = fields.String()
    place_given_back = fields.Boolean()


class NoShowSchema(JsonSchema):
    """One line of a person's own record."""

    id = fields.String(attribute="public_id")
    signup_id = fields.String(attribute="signup")
    task_id = fields.String(attribute="task")
    title = fields.String()
    starts_at = Moment()
    state = fields.String()
    counts = fields.Boolean()
    noted_at = Moment()
    excuse = fields.String(allow_none=True)
    answer = fields.String(allow_none=True)
    appeal = fields.String(allow_none=True)
    appeal_answer = fields.String(allow_none=True)


class StandForm(FormSchema):
    """Where a task is: as the phone says (with its accuracy), or typed."""

    latitude = fields.Float(
        required=True, allow_nan=False, validate=validate.Range(-90, 90, error=_l("应在 -90 到 90 之间"))
    )  # type: ignore[arg-type]
    longitude = fields.Float(
        required=True, allow_nan=False, validate=validate.Range(-180, 180, error=_l("应在 -180 到 180 之间"))
    )  # type: ignore[arg-type]
    coordinate_system = fields.Enum(CoordinateSystem, by_value=True, load_default=CoordinateSystem.WGS84)
    accuracy_m = fields.Float(load_default=None, allow_nan=False, validate=validate.Range(min=0, max=10_000_000))

    @post_load
    def to_command(self, found: dict[str, Any], **_kw: Any) -> Stand:
        return Stand(**found)
