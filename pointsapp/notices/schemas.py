"""The gate of notices: up to which one the reader has seen, where they want to be told, and what."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError, fields, validate

from pointsapp.notices.messages import CODE_DIGITS, MAIL_FORM, PHONE_DIGITS
from pointsapp.notices.models import ChannelName
from pointsapp.notices.places import may_be_called, unpadded
from pointsapp.notices.rules import DAY_MINUTES, Subject
from pointsapp.notices.saying import say
from pointsapp.notices.services import AddAddress, Choose
from pointsapp.web.schemas import FormSchema, JsonSchema, Moment, PageArgs, PublicId, Schema, Text, post_load

_MAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)
_PHONE = re.compile(r"1[0-9]{10}")
_HOUR = validate.Regexp(r"^([01][0-9]|2[0-3]):[0-5][0-9]$")


class ReadAllForm(FormSchema):
    up_to = PublicId(required=True)


class NothingForm(FormSchema):
    """A press that says nothing more."""


class AddressForm(FormSchema):
    channel = Text(10, required=True, validate=[validate.OneOf([ChannelName.MAIL.value, ChannelName.SMS.value])])
    address = Text(120, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> AddAddress:
        channel, address = ChannelName(data["channel"]), data["address"].strip()
        if channel is ChannelName.MAIL:
            if not _MAIL.fullmatch(address):
                raise ValidationError({"address": [str(MAIL_FORM)]})
            name, _at, host = address.rpartition("@")
            address = f"{name}@{host.lower()}"
        else:
            address = re.sub(r"[\s-]", "", address).removeprefix("+86")
            if not _PHONE.fullmatch(address):
                raise ValidationError({"address": [str(PHONE_DIGITS)]})
        return AddAddress(channel=channel, address=address)


class CodeForm(FormSchema):
    code = Text(6, required=True, validate=[validate.Regexp(r"^[0-9]{6}$", error=CODE_DIGITS)])  # type: ignore[arg-type]


class PushForm(FormSchema):
    endpoint = Text(700, required=True)
    p256dh = Text(100, required=True)
    auth = Text(40, required=True)

    def __init__(self, *, inside: bool = False) -> None:
        super().__init__()
        self.inside = inside

    @post_load
    def judge(self, data: dict[str, Any], **_kw: Any) -> dict[str, Any]:
        wrong: dict[str, list[str]] = {}
        if not may_be_called(data["endpoint"], inside=self.inside):
            wrong["endpoint"] = ["https"]
        for name, length in (("p256dh", 65), ("auth", 16)):
            try:
                is_right = len(unpadded(data[name])) == length
            except ValueError:
                is_right = False
            if not is_right:
                wrong[name] = [f"{length}"]
        if wrong:
            raise ValidationError(wrong)
        return data


class WishesForm(FormSchema):
    """One field per subject, repeated per channel."""

    quiet_from = Text(5, required=True, validate=[_HOUR])
    quiet_until = Text(5, required=True, validate=[_HOUR])
    urgent_passes = fields.String(load_default="")
    wants = fields.List(
        fields.String(validate=validate.Length(max=40)), load_default=list, validate=validate.Length(max=60)
    )

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> Choose:
        chosen = {
            subject.value: tuple(each.value for each in ChannelName if f"{subject.value}:{each.value}" in data["wants"])
            for subject in Subject
        }
        return Choose(
            wants=chosen,
            quiet_from=_minutes(data["quiet_from"]),
            quiet_until=_minutes(data["quiet_until"]),
            urgent_passes=data["urgent_passes"] == "1",
        )


class NoticeArgs(PageArgs):
    unread = fields.Boolean(load_default=False)


class ToldSchema(Schema):
    """`kind` is for programs, `title` and `text` for people."""

    id = fields.String(attribute="public_id")
    kind = fields.String()
    title = fields.Function(lambda line: say(line.kind, line.facts).title)
    text = fields.Function(lambda line: say(line.kind, line.facts).text)
    told_at = Moment(attribute="created_at")
    is_read = fields.Boolean()


class ReadJson(JsonSchema):
    up_to = PublicId(required=True)


class ReadSchema(Schema):
    marked = fields.Integer()


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return (int(hours) * 60 + int(minutes)) % DAY_MINUTES


__all__ = [
    "AddressForm",
    "CodeForm",
    "NothingForm",
    "NoticeArgs",
    "PageArgs",
    "PushForm",
    "ReadAllForm",
    "ReadJson",
    "ReadSchema",
    "ToldSchema",
    "WishesForm",
]
