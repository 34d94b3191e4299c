"""The forms of work recorded on paper."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, post_load

from pointsapp.stars.services import RecordPaper
from pointsapp.web.schemas import Day, FormSchema, PublicId, Text

MOST_LINES = 60
_LINE = re.compile(r"(\S{4,20})[\s,，]+([0-9]{1,4})")
_WRONG_LINE = _l("第 %(line)s 行看不懂：每行写手机号或志愿者编号，空一格，再写分钟数")
_MINUTES = _l("第 %(line)s 行的分钟数应在 1 到 1440 之间")
_TOO_MANY = _l("一张单子最多 60 行")


class PaperForm(FormSchema):
    """`lines`: one person a line, phone or volunteer number and minutes."""

    area = PublicId(required=True)
    title = Text(60, required=True)
    done_on = Day(required=True)
    source = Text(120, required=True)
    lines = Text(3000, required=True, lines=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> RecordPaper:
        typed = [(number, line.strip()) for number, line in enumerate(data["lines"].split("\n"), 1) if line.strip()]
        if len(typed) > MOST_LINES:
            raise ValidationError(str(_TOO_MANY), "lines")
        return RecordPaper(**data | {"lines": tuple(_read(number, line) for number, line in typed)})


def _read(number: int, line: str) -> tuple[str, int]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValidationError(str(_WRONG_LINE) % {"line": number}, "lines")
    minutes = int(found[2])
    if not 1 <= minutes <= 1440:
        raise ValidationError(str(_MINUTES) % {"line": number}, "lines")
    return found[1], minutes


class DeclinePaperForm(FormSchema):
    reason = Text(200, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> str:
        return str(data["reason"])
