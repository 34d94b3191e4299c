"""The forms of a panel: call it, score, excuse, cancel."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, post_load

from pointsapp.contest.services import CallPanel, SeatDraft
from pointsapp.stars.schemas.score import Score
from pointsapp.web.schemas import FormSchema, LocalMoment, PublicId, Text

MOST_SEATS = 30
_LINE = re.compile(r"(\S{4,20})[\s,，]+(\S.{0,39})")
_WRONG_LINE = _l("第 %(line)s 行看不懂：每行写手机号或志愿者编号，空一格，再写身份")
_TOO_MANY = _l("一场最多 30 位评委")


class PanelForm(FormSchema):
    """`seats`: one person a line, phone or volunteer number and as what they sit; the chair stands in fields of their own."""

    round_id = PublicId(required=True)
    indicator = Text(40, required=True)
    area = PublicId(required=True)
    held_at = LocalMoment(required=True)
    place = Text(60, required=True)
    chair = Text(20, required=True)
    chair_title = Text(40, required=True)
    chair_scores = fields.Boolean(load_default=False)
    seats = Text(2000, required=True, lines=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> CallPanel:
        chair = SeatDraft(
            who=data.pop("chair"),
            title=data.pop("chair_title"),
            is_chair=True,
            is_scoring=data.pop("chair_scores"),
        )
        typed = [(number, line.strip()) for number, line in enumerate(data.pop("seats").split("\n"), 1) if line.strip()]
        if len(typed) > MOST_SEATS:
            raise ValidationError(str(_TOO_MANY), "seats")
        return CallPanel(seats=(chair, *(_read(number, line) for number, line in typed)), **data)


def _read(number: int, line: str) -> SeatDraft:
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValidationError(str(_WRONG_LINE) % {"line": number}, "seats")
    return SeatDraft(who=found[1], title=found[2].strip())


class ScoreForm(FormSchema):
    score = Score(from_text=True, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> int:
        return int(data["score"])


class ExcuseForm(FormSchema):
    """Without `branch_id` all that the person has not given yet."""

    person_id = PublicId(required=True)
    branch_id = PublicId(load_default=None)
    reason = Text(200, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> dict[str, Any]:
        return data


class CancelPanelForm(FormSchema):
    reason = Text(200, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> str:
        return str(data["reason"])
