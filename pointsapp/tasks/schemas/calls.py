"""The gate of tasks' JSON: text to commands, rows to answers."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from pointsapp.core.coordinates import CoordinateSystem
from pointsapp.tasks.messages import FIELD_WORDS
from pointsapp.tasks.models import Audience, PointsMode
from pointsapp.tasks.services.drafts import MOST_SHIFTS, ShiftDraft, TaskDraft
from pointsapp.web.schemas import AreaRefSchema, JsonSchema, Moment, PageArgs, PublicId, Text, Whole, post_load

LONG, SHORT = 2000, 120


class Degrees(fields.Float):
    """A coordinate; infinities and NaN are refused, text too."""

    def __init__(self, most: int, **kw: Any) -> None:
        message = _l("应在 %(least)s 到 %(most)s 之间", least=-most, most=most)
        check = validate.Range(min=-most, max=most, error=message)  # type: ignore[arg-type]
        super().__init__(allow_nan=False, validate=check, **kw)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kw: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.make_error("invalid", input=value)
        return float(super()._deserialize(value, attr, data, **kw) or 0)


class ShiftDraftSchema(JsonSchema):
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)
    capacity = Whole(1, 10_000, required=True)
    leader_ids = fields.List(PublicId(), load_default=(), validate=validate.Length(max=50))

    @post_load
    def to_command(self, found: dict[str, Any], **_kw: Any) -> ShiftDraft:
        return ShiftDraft(**{**found, "leader_ids": tuple(found["leader_ids"])})


class TaskDraftSchema(JsonSchema):
    title = Text(80, required=True)
    description = Text(5000, lines=True, required=True)
    category = Text(30, required=True)
    area_id = Text(40, required=True)
    place = Text(SHORT, required=True)
    points = Whole(0, 10_000, required=True)
    points_mode = fields.Enum(PointsMode, by_value=True, required=True)
    check_out_required = fields.Boolean(truthy={True}, falsy={False}, load_default=None)
    shifts = fields.List(
        fields.Nested(ShiftDraftSchema), required=True, validate=validate.Length(min=1, max=MOST_SHIFTS)
    )
    latitude = Degrees(90, load_default=None, allow_none=True)
    longitude = Degrees(180, load_default=None, allow_none=True)
    coordinate_system = fields.Enum(CoordinateSystem, by_value=True, load_default=CoordinateSystem.WGS84)
    checkin_radius_m = Whole(1, 100_000, load_default=None, allow_none=True)
    has_poster = fields.Boolean(truthy={True}, falsy={False}, load_default=False)
    waitlist = fields.Boolean(truthy={True}, falsy={False}, load_default=False)
    conditions = Text(LONG, least=0, lines=True, load_default=None, allow_none=True)
    risks = Text(LONG, least=0, lines=True, load_default=None, allow_none=True)
    safeguards = Text(LONG, least=0, lines=True, load_default=None, allow_none=True)
    insurance = Text(LONG, least=0, lines=True, load_default=None, allow_none=True)
    what_to_bring = Text(LONG, least=0, lines=True, load_default=None, allow_none=True)
    contact = Text(SHORT, least=0, load_default=None, allow_none=True)
    organiser = Text(80, least=0, load_default=None, allow_none=True)
    signup_opens_at = Moment(load_default=None, allow_none=True)
    cancel_until_minutes = Whole(0, 43_200, load_default=0)
    audience = fields.Enum(Audience, by_value=True, load_default=Audience.DISTRICT)

    @validates_schema
    def per_hour_checks_out(self, found: dict[str, Any], **_kw: Any) -> None:
        """An hourly task is counted from check-in to check-out: saying "no check-out" contradicts it."""
        if found.get("points_mode") is PointsMode.PER_HOUR and found.get("check_out_required") is False:
            raise ValidationError(str(FIELD_WORDS["check_out_needed"]), "check_out_required")

    @post_load
    def to_command(self, found: dict[str, Any], **_kw: Any) -> TaskDraft:
        if found["check_out_required"] is None:
            found["check_out_required"] = found["points_mode"] is PointsMode.PER_HOUR
        return TaskDraft(**{**found, "shifts": tuple(found["shifts"])})


class ReasonSchema(JsonSchema):
    reason = Text(300, lines=True, required=True)


class TaskArgs(PageArgs):
    area = fields.String(load_default=None, validate=validate.Length(max=40))
    category = fields.String(load_default=None, validate=validate.Length(max=30))
    q = fields.String(load_default=None, validate=validate.Length(max=80))
    open = fields.Boolean(load_default=False)


class CategorySchema(Schema):
    key = fields.String()
    name = fields.String()


class ShiftSchema(Schema):
    id = fields.String(attribute="public_id")
    starts_at = Moment()
    ends_at = Moment()
    capacity = fields.Integer()
    taken = fields.Integer()
    waiting = fields.Integer()
    state = fields.String(attribute="shift_state")


class ShiftDetailSchema(ShiftSchema):
    leader_ids = fields.List(fields.String())


class TaskCardSchema(Schema):
    id = fields.String(attribute="public_id")
    title = fields.String()
    category = fields.String()
    points = fields.Integer()
    points_mode = fields.String()
    area = fields.Nested(AreaRefSchema)
    place = fields.String()
    state = fields.String()
    shifts = fields.List(fields.Nested(ShiftSchema))


class BudgetSchema(Schema):
    area = fields.Nested(AreaRefSchema, allow_none=True)
    reserved = fields.Integer()
    remaining = fields.Integer()


class PointSchema(Schema):
    """The figures as somebody gave them, and the system they are in; `latitude` and `longitude` of a task are WGS-84."""

    latitude = fields.Float()
    longitude = fields.Float()
    coordinate_system = fields.String(attribute="system")


class TaskDetailSchema(TaskCardSchema):
    """The card, everything given at creation, and after a publication the budget it draws on."""

    shifts = fields.List(fields.Nested(ShiftDetailSchema))
    description = fields.String()
    check_out_required = fields.Boolean()
    latitude = fields.Float(attribute="wgs84.latitude", allow_none=True, dump_default=None)
    longitude = fields.Float(attribute="wgs84.longitude", allow_none=True, dump_default=None)
    place_as_given = fields.Nested(PointSchema, attribute="spot", allow_none=True)
    checkin_radius_m = fields.Integer(allow_none=True)
    has_poster = fields.Boolean()
    waitlist = fields.Boolean()
    conditions = fields.String(allow_none=True)
    risks = fields.String(allow_none=True)
    safeguards = fields.String(allow_none=True)
    insurance = fields.String(allow_none=True)
    what_to_bring = fields.String(allow_none=True)
    contact = fields.String(allow_none=True)
    organiser = fields.String(allow_none=True)
    signup_opens_at = Moment(allow_none=True)
    cancel_until_minutes = fields.Integer()
    audience = fields.String()
    cancel_reason = fields.String(allow_none=True)


class TaskReceiptSchema(TaskDetailSchema):
    budget = fields.Nested(BudgetSchema, allow_none=True)


class SignupSchema(Schema):
    id = fields.String(attribute="public_id")
    shift_id = fields.String(attribute="shift")
    state = fields.String()
    waiting_position = fields.Integer(allow_none=True)
    offer_expires_at = Moment(allow_none=True)


class MySignupTaskSchema(Schema):
    id = fields.String(attribute="task_public_id")
    title = fields.String()
    category = fields.String()
    points = fields.Integer()
    points_mode = fields.String()
    place = fields.String()
    state = fields.String(attribute="task_state")


class MySignupShiftSchema(Schema):
    id = fields.String(attribute="shift_public_id")
    starts_at = Moment()
    ends_at = Moment()
    state = fields.String(attribute="shift_state")


class MySignupSchema(Schema):
    id = fields.String(attribute="public_id")
    task = fields.Nested(MySignupTaskSchema, attribute="itself", dump_only=True)
    shift = fields.Nested(MySignupShiftSchema, attribute="itself", dump_only=True)
    state = fields.String()
    attendance = fields.String(metadata={"enum": ["none", "present", "done"]})
    waiting_position = fields.Integer(allow_none=True)
    offer_expires_at = Moment(allow_none=True)


class RosterSchema(Schema):
    id = fields.String(attribute="public_id")
    user_id = fields.String()
    number_tail = fields.String()
    name = fields.String(attribute="shown_name")
    state = fields.String()
    attendance = fields.String()
