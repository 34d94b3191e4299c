"""The gate of people's JSON door: text becomes a command, a receipt becomes JSON. Passwords are hashed here, before any
transaction begins."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, ValidationError, fields, post_load, validates_schema

from pointsapp.core.actor import Role
from pointsapp.people.rules import NAME_MOST
from pointsapp.people.schemas.inputs import PasswordText, Phone, VolunteerNumber, read_one_time_code
from pointsapp.people.services import OneTimeCodeKind, Register, SignIn, UseOneTimeCode, hash_password
from pointsapp.web.links import absolute
from pointsapp.web.schemas import AreaRefSchema, CodeText, JsonSchema, Moment, Text


class SignInSchema(JsonSchema):
    """{phone, password}, or {volunteer_number, password}, or {one_time_code, new_password?}."""

    phone = Phone()
    volunteer_number = VolunteerNumber()
    password = PasswordText(is_new=False)
    one_time_code = CodeText()
    new_password = PasswordText(is_new=True)

    @validates_schema(skip_on_field_errors=True)
    def check_form(self, given: dict[str, Any], **_kw: Any) -> None:
        """Take exactly one of the three forms."""
        accounts = [name for name in ("phone", "volunteer_number", "one_time_code") if name in given]
        if len(accounts) != 1:
            raise ValidationError(str(_l("手机号、志愿者编号、一次性登录码要填一个，只填一个")), "phone")
        wanted, other = ("new_password", "password") if accounts == ["one_time_code"] else ("password", "new_password")
        if other in given:
            raise ValidationError(str(_l("这种登录方式不用填这一项")), other)
        if wanted == "password" and wanted not in given:
            raise ValidationError(str(_l("必须填写")), wanted)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> SignIn | UseOneTimeCode:
        if "one_time_code" not in given:
            return SignIn(**given)
        code = read_one_time_code(given["one_time_code"])
        new = given.get("new_password")
        return UseOneTimeCode(code=code, new_password_hash=hash_password(new) if new else None)


class PlaceSchema(AreaRefSchema):
    """{id, code, name} of an area or a merchant."""


class RoleSchema(Schema):
    """One role held: over an area and below, or in a merchant."""

    role = fields.Enum(Role, by_value=True)
    area = fields.Nested(PlaceSchema, allow_none=True)
    merchant = fields.Nested(PlaceSchema, allow_none=True)


class SessionUserSchema(Schema):
    id = fields.String(attribute="public_id")
    display_name = fields.String()
    roles = fields.List(fields.Nested(RoleSchema))


class SessionSchema(Schema):
    token = fields.String()
    expires_at = Moment()
    user = fields.Nested(SessionUserSchema)


class RegisterSchema(JsonSchema):
    phone = Phone(load_default=None, allow_none=True)
    name = Text(NAME_MOST, required=True)
    area_id = Text(40, required=True)
    password = PasswordText(is_new=True, required=True)
    consent_version = Text(20, load_default=None, allow_none=True)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> Register:
        return Register(
            name=given["name"],
            phone=given["phone"],
            area=given["area_id"],
            password_hash=hash_password(given["password"]),
            consent_version=given["consent_version"],
        )


class RegisteredSchema(Schema):
    id = fields.String(attribute="public_id")
    volunteer_number = fields.String()


class IssueCodeSchema(JsonSchema):
    kind = fields.Enum(OneTimeCodeKind, by_value=True, load_default=OneTimeCodeKind.DESK)


class IssuedCodeSchema(Schema):
    code = fields.String()
    payload = fields.Function(lambda issued: absolute(f"/q/o/{issued.code}"))
    expires_at = Moment()


class NoticeSchema(Schema):
    consent_version = fields.String()
    text = fields.String()
