"""The gate of people's pages: what a form says becomes a command. Passwords are hashed here, before any transaction begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from pointsapp.core.actor import Role
from pointsapp.core.clock import at_local
from pointsapp.people.errors import CodeInvalid
from pointsapp.people.models import Listing
from pointsapp.people.policies import needs_area, needs_merchant
from pointsapp.people.rules import NAME_MOST, read_phone, read_volunteer_number
from pointsapp.people.schemas.inputs import BirthYear, PasswordText, Phone, read_one_time_code
from pointsapp.people.services import (
    ChangeProfile,
    NameDeputy,
    OneTimeCodeKind,
    Register,
    RegisterAtDesk,
    SignIn,
    Why,
    hash_password,
)
from pointsapp.web.i18n import LANGUAGES
from pointsapp.web.schemas import CodeText, Day, FormSchema, Text

CONSENT_MISSING = {"required": _l("请先阅读告知书并打勾")}


class SignInForm(FormSchema):
    """One field for either account name: nobody has to know which of the two they wrote down."""

    account = Text(40, required=True)
    password = PasswordText(is_new=False, required=True)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> SignIn:
        phone, number = read_phone(given["account"]), read_volunteer_number(given["account"])
        if phone is None and number is None:
            raise ValidationError(str(_l("请填手机号，或 11 位志愿者编号")), "account")
        return SignIn(phone=phone, volunteer_number=number, password=given["password"])


class TypedCodeForm(FormSchema):
    """A one-time code typed from a slip of paper."""

    code = CodeText(required=True)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> str:
        try:
            return read_one_time_code(given["code"])
        except CodeInvalid:  # a slip of the finger is the field's error: the page comes again with all it carries
            raise ValidationError(str(_l("没有认出这个码，请核对后重新输入。")), "code") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeUse:
    """What the page of a one-time code sends."""

    new_password_hash: str | None
    consent_version: str | None


class UseCodeForm(FormSchema):
    new_password = PasswordText(is_new=True, load_default=None)
    consent_version = Text(20, load_default=None)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> CodeUse:
        new = given["new_password"]
        return CodeUse(new_password_hash=hash_password(new) if new else None, consent_version=given["consent_version"])


class RegisterForm(FormSchema):
    name = Text(NAME_MOST, required=True)
    phone = Phone(load_default=None)
    area = Text(40, required=True)
    password = PasswordText(is_new=True, required=True)
    consent_version = Text(20, required=True, error_messages=CONSENT_MISSING)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> Register:
        return Register(
            name=given["name"],
            phone=given["phone"],
            area=given["area"],
            password_hash=hash_password(given["password"]),
            consent_version=given["consent_version"],
        )


class DeskPersonForm(FormSchema):
    """Somebody at the desk, phone or not; the PIN is theirs and may come later by a one-time code."""

    name = Text(NAME_MOST, required=True)
    phone = Phone(load_default=None)
    area = Text(40, required=True)
    password = PasswordText(is_new=True, load_default=None)
    consent_version = Text(20, required=True, error_messages=CONSENT_MISSING)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> RegisterAtDesk:
        password = given.pop("password")
        return RegisterAtDesk(**given, password_hash=hash_password(password) if password else None)


class ProfileForm(FormSchema):
    """The whole profile page: a box that is not sent is a box without its tick."""

    name = Text(NAME_MOST, required=True)
    area = Text(40, load_default=None)
    locale = fields.String(load_default=None, validate=validate.OneOf(LANGUAGES))
    elder_view = fields.Boolean(load_default=False)
    listing = fields.Enum(Listing, by_value=True, load_default=None)
    birth_year = BirthYear(load_default=0)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> ChangeProfile:
        return ChangeProfile(**given)


@dataclass(frozen=True, slots=True)
class BirthYearGiven:
    """A year of birth, None for one that is taken away."""

    year: int | None


class BirthYearForm(FormSchema):
    """The year alone; left blank it is taken away."""

    birth_year = BirthYear(load_default=None)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> BirthYearGiven:
        return BirthYearGiven(given["birth_year"])


class ViewForm(FormSchema):
    """The two switches of how pages look; each sends only its own field, and where it stood."""

    locale = fields.String(load_default=None, validate=validate.OneOf(LANGUAGES))
    elder_view = fields.Boolean(load_default=None)
    back = fields.String(load_default="", validate=validate.Length(max=2000))


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChange:
    """The old password as typed (None where none was ever set), and the new one's hash."""

    old: str | None
    new_hash: str


class PasswordForm(FormSchema):
    password = PasswordText(is_new=False, load_default=None)
    new_password = PasswordText(is_new=True, required=True)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> PasswordChange:
        return PasswordChange(old=given["password"], new_hash=hash_password(given["new_password"]))


class IssueCodeForm(FormSchema):
    kind = fields.Enum(OneTimeCodeKind, by_value=True, load_default=OneTimeCodeKind.DESK)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> OneTimeCodeKind:
        kind: OneTimeCodeKind = given["kind"]
        return kind


class PhoneForm(FormSchema):
    phone = Phone(required=True)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> str:
        return str(given["phone"])


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChoice:
    role: Role
    area: str | None
    merchant: str | None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


class GrantRoleForm(FormSchema):
    """Both scopes stand on the page; the one the role does not need is passed over. Dates are first and last local days."""

    role = fields.Enum(Role, by_value=True, required=True)
    area = Text(40, load_default=None)
    merchant = Text(40, load_default=None)
    starts_on = Day(load_default=None)
    ends_on = Day(load_default=None)

    @validates_schema(skip_on_field_errors=True)
    def check_scope(self, given: dict[str, Any], **_kw: Any) -> None:
        role = given["role"]
        if needs_area(role) and not given.get("area"):
            raise ValidationError(str(_l("这个角色要选一个区域")), "area")
        if needs_merchant(role) and not given.get("merchant"):
            raise ValidationError(str(_l("这个角色要填一家商户的代码")), "merchant")

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> RoleChoice:
        role: Role = given["role"]
        return RoleChoice(
            role=role,
            area=given["area"] if needs_area(role) else None,
            merchant=given["merchant"] if needs_merchant(role) else None,
            starts_at=at_local(given["starts_on"]) if given["starts_on"] else None,
            ends_at=at_local(given["ends_on"] + timedelta(days=1)) if given["ends_on"] else None,
        )


class OpenRecordForm(FormSchema):
    """What a record is opened for."""

    why = fields.Enum(Why, by_value=True, load_default=Why.OTHER)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> Why:
        why: Why = given["why"]
        return why


class DeputyForm(FormSchema):
    """Who stands in, by phone or volunteer number, from the first to the last local day: both may be the same."""

    deputy = Text(24, required=True)
    starts_on = Day(load_default=None)
    ends_on = Day(required=True)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> NameDeputy:
        return NameDeputy(
            deputy=given["deputy"],
            starts_at=at_local(given["starts_on"]) if given["starts_on"] else None,
            ends_at=at_local(given["ends_on"] + timedelta(days=1)),
        )
