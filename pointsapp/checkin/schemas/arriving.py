"""Scans, the leader's list, rows kept offline, corrections: JSON and forms to commands, receipts to JSON."""

from __future__ import annotations

import json
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, pre_load, validate, validates_schema

from pointsapp.checkin.models import Action, CorrectionState
from pointsapp.checkin.rules.judge import Fix
from pointsapp.checkin.services import (
    MOST_ROWS,
    AskCorrection,
    CheckIn,
    CheckInPerson,
    OfflineRow,
    Void,
)
from pointsapp.web.links import absolute
from pointsapp.web.schemas import CodeText, FormSchema, JsonSchema, Moment, PublicId, Text, Whole, post_load

MOST_MINUTES = 24 * 60
REASON = 300


class Degrees(fields.Float):
    """A number with a bound; infinities and NaN are refused, in JSON text too."""

    def __init__(self, least: int, most: int, *, from_text: bool = False, **kw: Any) -> None:
        self.from_text = from_text
        message = _l("应在 %(least)s 到 %(most)s 之间", least=least, most=most)
        super().__init__(allow_nan=False, validate=validate.Range(min=least, max=most, error=message), **kw)  # type: ignore[arg-type]

    def _deserialize(self, value: Any, attr: Any, data: Any, **kw: Any) -> float:
        if isinstance(value, bool) or not (self.from_text or isinstance(value, int | float)):
            raise self.make_error("invalid", input=value)
        return float(super()._deserialize(value, attr, data, **kw) or 0)


def _fix(found: dict[str, Any]) -> Fix | None:
    """Return the phone's position, None when a half of it is missing."""
    latitude, longitude = found.pop("latitude", None), found.pop("longitude", None)
    accuracy = found.pop("accuracy_m", None)
    return None if latitude is None or longitude is None else Fix(latitude, longitude, accuracy or 0)


class CheckInSchema(JsonSchema):
    code = CodeText(required=True)
    action = fields.Enum(Action, by_value=True, load_default=None, allow_none=True)
    latitude = Degrees(-90, 90, load_default=None, allow_none=True)
    longitude = Degrees(-180, 180, load_default=None, allow_none=True)
    accuracy_m = Degrees(0, 10_000_000, load_default=None, allow_none=True)

    @post_load
    def to_command(self, found: dict[str, Any], **_kw: Any) -> CheckIn:
        fix = _fix(found)
        return CheckIn(**found, fix=fix)


class CheckInPersonSchema(JsonSchema):
    code = CodeText()
    user_id = PublicId()
    action = fields.Enum(Action, by_value=True, load_default=None, allow_none=True)

    @validates_schema
    def one_of_both(self, found: dict[str, Any], **_kw: Any) -> None:
        if ("code" in found) == ("user_id" in found):
            raise ValidationError(str(_l("code 和 user_id 请填其中一个")), "code")

    @post_load
    def to_command(self, found: dict[str, Any], **_kw: Any) -> CheckInPerson:
        return CheckInPerson(**found)


class CheckInReceiptSchema(JsonSchema):
    id = fields.String()
    signup_id = fields.String()
    shift_id = fields.String()
    action = fields.Enum(Action, by_value=True)
    points_awarded = fields.Integer()
    points_balance = fields.Integer()
    service_minutes = fields.Integer()


class CodeArgs(JsonSchema):
    action = fields.Enum(Action, by_value=True, load_default=Action.CHECK_IN)
    poster = fields.Boolean(load_default=False, metadata={"description": "the printed code, where the task has one"})


class VenueCodeSchema(JsonSchema):
    code = fields.String()
    payload = fields.Function(lambda row: absolute(f"/q/c/{row.code}"), metadata={"type": "string"})
    action = fields.Enum(Action, by_value=True)
    expires_at = Moment()
    refresh_after_s = fields.Integer()


class PersonalCodeSchema(JsonSchema):
    code = fields.String()
    payload = fields.Function(lambda row: absolute(f"/q/u/{row.code}"), metadata={"type": "string"})
    expires_at = Moment(allow_none=True, metadata={"description": "null: it holds until the person replaces it"})


class CorrectionSchema(JsonSchema):
    minutes = Whole(0, MOST_MINUTES, required=True)
    reason = Text(REASON, required=True, lines=True)

    @post_load
    def to_command(self, found: dict[str, Any], **_kw: Any) -> AskCorrection:
        return AskCorrection(**found)


class CorrectionReceiptSchema(JsonSchema):
    id = fields.String()
    signup_id = fields.String()
    state = fields.Enum(CorrectionState, by_value=True)
    minutes_before = fields.Integer()
    minutes = fields.Integer()
    reason = fields.String()
    points_before = fields.Integer(allow_none=True)
    points = fields.Integer(allow_none=True)


class DeclineSchema(JsonSchema):
    reason = Text(REASON, required=True, lines=True)


class ReviewReceiptSchema(JsonSchema):
    id = fields.String()
    shift_id = fields.String()
    state = fields.String()
    minutes = fields.Integer()
    points = fields.Integer()


class ArrivalForm(FormSchema):
    """The one button of /q/c/CODE: the code stands in the address."""

    join = fields.Boolean(load_default=False)
    latitude = Degrees(-90, 90, from_text=True, load_default=None)
    longitude = Degrees(-180, 180, from_text=True, load_default=None)
    accuracy_m = Degrees(0, 10_000_000, from_text=True, load_default=None)

    @post_load
    def to_parts(self, found: dict[str, Any], **_kw: Any) -> dict[str, Any]:
        return {"fix": _fix(found), "join": found["join"]}


class LeaderForm(FormSchema):
    """A leader's scan or tick: a code (typed, scanned, or read from a photograph), or a person from the list."""

    def __init__(self, *, photo_text: str | None = None, **kw: Any) -> None:
        self.photo_text = photo_text
        super().__init__(**kw)

    @pre_load
    def take_photo(self, found: Any, **_kw: Any) -> dict[str, Any]:
        typed = {name: found.get(name) for name in ("code", "user_id", "action") if found.get(name)}
        return {"code": self.photo_text, **typed} if self.photo_text else typed

    code = CodeText(load_default=None)
    user_id = PublicId(load_default=None)
    action = fields.Enum(Action, by_value=True, load_default=None)

    @validates_schema
    def one_of_both(self, found: dict[str, Any], **_kw: Any) -> None:
        if bool(found.get("code")) == bool(found.get("user_id")):
            raise ValidationError(str(_l("请输入码")), "code")

    @post_load
    def to_command(self, found: dict[str, Any], **_kw: Any) -> CheckInPerson:
        return CheckInPerson(**found)


class OfflineRowSchema(JsonSchema):
    """One tick as the device kept it."""

    key = Text(36, least=8, required=True)
    user_id = PublicId(required=True)
    action = fields.Enum(Action, by_value=True, required=True)
    captured_at = Moment(required=True)

    @post_load
    def to_row(self, found: dict[str, Any], **_kw: Any) -> OfflineRow:
        return OfflineRow(**found)


class OfflineForm(FormSchema):
    """What a list without a connection sends: its ticks as JSON in one field."""

    rows = fields.Raw(required=True)

    @post_load
    def to_command(self, found: dict[str, Any], **_kw: Any) -> tuple[OfflineRow, ...]:
        try:
            given = json.loads(str(found["rows"]))
            rows = OfflineRowSchema(many=True).load(given)
        except (ValueError, ValidationError, RecursionError):
            raise ValidationError(str(_l("记录没有读懂，请再传一次")), "rows") from None
        if not 1 <= len(rows) <= MOST_ROWS:
            raise ValidationError(str(_l("一次传 1 到 300 条")), "rows")
        return tuple(rows)


class CorrectionForm(FormSchema):
    """How long the shift is says the service, with the shift's own figure."""

    minutes = Whole(0, 10**17, from_text=True, required=True)
    reason = Text(REASON, required=True, lines=True)

    @post_load
    def to_command(self, found: dict[str, Any], **_kw: Any) -> AskCorrection:
        return AskCorrection(**found)


class ReasonForm(FormSchema):
    reason = Text(REASON, required=True, lines=True)

    @post_load
    def to_command(self, found: dict[str, Any], **_kw: Any) -> Void:
        return Void(**found)
