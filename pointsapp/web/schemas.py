"""The common gate: marshmallow base schemas and fields. JSON refuses unknown fields, forms pass them over; strings are stripped
once and always bounded; numbers in JSON are strict ("3", 3.0 and true are refused), in forms they are text."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, post_load, pre_load, validate

from pointsapp.core import clock, paging
from pointsapp.core.letters import is_fit, is_seen


class _Choices(str):
    """marshmallow fills in the choices only of a real `str`; this one finds its words when it is filled."""

    def format(self, *args: object, **facts: object) -> str:
        return str(_l("只能是：{choices}")).format(*args, **facts)


fields.Field.default_error_messages.update(
    {"required": _l("必须填写"), "null": _l("不能为空"), "validator_failed": _l("内容不对")}
)
fields.String.default_error_messages.update({"invalid": _l("应是文字"), "invalid_utf8": _l("文字编码不对")})
fields.Number.default_error_messages.update({"invalid": _l("应是数字"), "too_large": _l("数字太大")})
fields.Integer.default_error_messages.update({"invalid": _l("应是整数")})
fields.Boolean.default_error_messages.update({"invalid": _l("应是“是”或“否”")})
fields.List.default_error_messages.update({"invalid": _l("应是一个列表")})
fields.DateTime.default_error_messages.update({"invalid": _l("时间格式不对"), "format": _l("时间格式不对")})
fields.Date.default_error_messages.update({"invalid": _l("日期格式不对"), "format": _l("日期格式不对")})
fields.Enum.default_error_messages.update({"unknown": _Choices()})
fields.Float.default_error_messages.update({"special": _l("应是数字")})
fields.Nested.default_error_messages.update({"type": _l("内容格式不对")})
# A library's own words are English: what no field of ours says better is said here.
validate.OneOf.default_message = _Choices()
validate.Length.message_min = _l("太短，至少 {min}")  # type: ignore[assignment]
validate.Length.message_max = _l("太长，最多 {max}")  # type: ignore[assignment]
validate.Length.message_all = _l("长度应在 {min} 到 {max} 之间")  # type: ignore[assignment]
validate.Length.message_equal = _l("长度应是 {equal}")  # type: ignore[assignment]
Schema.error_messages = {"unknown": _l("没有这个字段"), "type": _l("内容格式不对")}  # type: ignore[attr-defined]

PUBLIC_ID_LENGTH = 12
OUT_OF_RANGE = _l("时间超出范围")
UNSTORABLE = _l("含有不能使用的字符")


def is_storable(value: Any) -> bool:
    """Tell whether every text in `value` can be stored: a NUL ends PostgreSQL's, half a surrogate pair has no UTF-8."""
    if isinstance(value, str):
        return not any(char == "\0" or 0xD800 <= ord(char) <= 0xDFFF for char in value)
    if isinstance(value, dict):
        return all(is_storable(part) for pair in value.items() for part in pair)
    return all(is_storable(part) for part in value) if isinstance(value, list) else True


@cache
def the_one(kind: type[Schema]) -> Schema:
    """Return the process's one instance of a JSON schema: making one copies all of its fields, and it holds nothing of a call."""
    return kind()


class JsonSchema(Schema):
    """Base of every JSON body: unknown fields are 422."""

    error_messages = {"unknown": _l("没有这个字段"), "type": _l("内容格式不对")}

    class Meta:
        unknown = RAISE


class FormSchema(Schema):
    """Base of every HTML form: fields of the page itself (csrf_token, request_id) are passed over, empty means absent."""

    error_messages = JsonSchema.error_messages

    class Meta:
        unknown = EXCLUDE

    @pre_load
    def drop_empty(self, data: Any, **_kw: Any) -> dict[str, Any]:
        """Turn a MultiDict into a dict: lists for List fields, and no key for what was left blank."""
        found: dict[str, Any] = {}
        for name, field in self.fields.items():
            key = field.data_key or name
            many = isinstance(field, fields.List)
            if many and hasattr(data, "getlist"):
                values = [value for value in data.getlist(key) if str(value).strip()]
                if values:
                    found[key] = values
            elif key in data and (not isinstance(data[key], str) or data[key].strip()):
                found[key] = data[key]
        return found


class Text(fields.String):
    """A stripped string of at most `most` characters that people can read (core/letters.py), on several lines where `lines`."""

    def __init__(self, most: int, *, least: int = 1, lines: bool = False, **kw: Any) -> None:
        self.lines = lines
        message = (
            _l("最多 %(most)s 个字", most=most)
            if least <= 1
            else _l("%(least)s 到 %(most)s 个字", least=least, most=most)
        )
        checks = [validate.Length(min=least, max=most, error=message)]  # type: ignore[arg-type]
        super().__init__(validate=checks + list(kw.pop("validate", [])), **kw)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kw: Any) -> str:
        text = super()._deserialize(value, attr, data, **kw).strip().replace("\r\n", "\n")
        if self.required and not is_seen(text):
            raise self.make_error("required")  # nothing, or only what nobody can see
        if not is_fit(text, lines=self.lines):
            raise ValidationError(str(UNSTORABLE))
        return text


_DIGITS = re.compile(r"[+-]?\d+", re.ASCII)


class Whole(fields.Integer):
    """A whole number from `least` to `most`; strict in JSON, `from_text=True` in forms."""

    def __init__(self, least: int, most: int, *, from_text: bool = False, **kw: Any) -> None:
        message = _l("应在 %(least)s 到 %(most)s 之间", least=least, most=most)
        check = validate.Range(min=least, max=most, error=message)  # type: ignore[arg-type]
        super().__init__(strict=not from_text, validate=[check, *kw.pop("validate", [])], **kw)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kw: Any) -> int:
        if self.strict and (isinstance(value, bool) or not isinstance(value, int)):
            raise self.make_error("invalid", input=value)
        # int() also reads "1_000" and the digits of other scripts
        if isinstance(value, str) and (len(value.strip()) > 18 or not _DIGITS.fullmatch(value.strip())):
            raise self.make_error("invalid", input=value)
        return int(super()._deserialize(value, attr, data, **kw) or 0)


class Moment(fields.AwareDateTime):
    """An RFC 3339 instant with offset in JSON; kept in UTC, shown in local time."""

    def __init__(self, **kw: Any) -> None:
        super().__init__(format="iso", **kw)

    def _serialize(self, value: datetime | None, attr: Any, obj: Any, **kw: Any) -> str | None:
        return None if value is None else clock.to_local(value).isoformat(timespec="seconds")

    def _deserialize(self, value: Any, attr: Any, data: Any, **kw: Any) -> datetime:
        if not isinstance(value, str) or len(value) > 40:
            raise self.make_error("invalid", input=value, obj_type="datetime")
        moment: datetime = super()._deserialize(value, attr, data, **kw)  # type: ignore[assignment]
        _bounded(moment)
        return moment.astimezone(UTC)


class LocalMoment(fields.NaiveDateTime):
    """The value of <input type=datetime-local>: a local wall clock time, kept in UTC."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kw: Any) -> datetime:  # type: ignore[override]
        naive = super()._deserialize(value, attr, data, **kw)
        if naive is None:
            raise self.make_error("invalid", input=value, obj_type="datetime")
        _bounded(naive)  # first: the year 1 has no UTC
        return clock.at_local(naive.date(), naive.time())


class Day(fields.Date):
    """A local day, as <input type=date> and JSON write it; of the year `least` or later."""

    def __init__(self, *, least: int = 2000, **kw: Any) -> None:
        super().__init__(**kw)
        self.least = least

    def _deserialize(self, value: Any, attr: Any, data: Any, **kw: Any) -> date:
        found = super()._deserialize(value, attr, data, **kw)
        if found is None:
            raise self.make_error("invalid", input=value, obj_type="date")
        if not self.least <= found.year <= 2100:
            raise ValidationError(str(OUT_OF_RANGE))
        return found


def _bounded(value: datetime) -> None:
    """Refuse years no shift or offer can lie in; they overflow sums further down."""
    if not clock.is_near(value):
        raise ValidationError(str(OUT_OF_RANGE))


class PublicId(fields.String):
    """The random name of a row in URLs and JSON."""

    def __init__(self, **kw: Any) -> None:
        super().__init__(validate=[validate.Length(min=1, max=40), *kw.pop("validate", [])], **kw)


class CodeText(fields.String):
    """A scanned or typed code: a bare code or a whole payload URL; read by core.codes.read."""

    def __init__(self, **kw: Any) -> None:
        super().__init__(validate=[validate.Length(min=1, max=300, error=_l("请输入码"))], **kw)  # type: ignore[arg-type]


class AreaRefSchema(Schema):
    """{id, code, name} of an area or a merchant, from a row with public_id, code, name."""

    id = fields.String(attribute="public_id")
    code = fields.String()
    name = fields.String()


class PageArgs(Schema):
    """?limit= (1-100, default 20) &cursor=; loads to a dict with `page` left to `page_request`."""

    limit = fields.Integer(
        load_default=paging.DEFAULT_LIMIT,
        validate=validate.Range(min=1, max=paging.MAX_LIMIT, error=_l("应在 1 到 100 之间")),  # type: ignore[arg-type]
    )
    cursor = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=500))


def page_request(args: dict[str, Any], *shape: type) -> paging.PageRequest:
    """Return the PageRequest in `args`; `shape` gives the types of the cursor's parts."""
    return paging.PageRequest(limit=args["limit"], after=paging.decode_cursor(args.get("cursor"), shape))


def page_schema(item: type[Schema], name: str | None = None) -> type[Schema]:
    """Return the schema of {"items": [...], "next_cursor"} for `item`."""
    title = name or item.__name__.removesuffix("Schema") + "Page"
    return Schema.from_dict(
        {"items": fields.List(fields.Nested(item)), "next_cursor": fields.String(allow_none=True)}, name=title
    )


__all__ = [
    "AreaRefSchema",
    "CodeText",
    "FormSchema",
    "JsonSchema",
    "LocalMoment",
    "Moment",
    "PageArgs",
    "PublicId",
    "Text",
    "Whole",
    "page_request",
    "page_schema",
    "post_load",
    "the_one",
]
