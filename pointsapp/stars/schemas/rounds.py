"""The forms of the end of a round: publication, objections and answers, errata and stars taken back."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, post_load, validate

from pointsapp.stars.models import EditionKind
from pointsapp.stars.schemas.score import Score
from pointsapp.stars.services import Answer, Object, Propose, Publish
from pointsapp.web.schemas import FormSchema, PublicId, Text

MOST_AMOUNT = 10_000_000
MOST_ROWS = 50
_AMOUNT = _l("应是 0 到 10000000 之间的数，最多两位小数")


class PublishForm(FormSchema):
    """`reason` says why what is unfinished is not waited for."""

    round_id = PublicId(required=True)
    reason = Text(300, load_default="", lines=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> Publish:
        return Publish(**data)


class ObjectForm(FormSchema):
    """`indicator` is empty where the objection is about the branch as a whole."""

    round_id = PublicId(required=True)
    branch_id = PublicId(required=True)
    indicator = Text(40, load_default="")
    text = Text(500, required=True, lines=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> Object:
        return Object(**data | {"indicator": data["indicator"] or None})


class AnswerForm(FormSchema):
    """`verdict` upheld asks for `score` or `rows`, as the indicator is assessed or counted."""

    objection_id = PublicId(required=True)
    verdict = Text(10, required=True, validate=[validate.OneOf(("upheld", "rejected"))])
    answer = Text(300, required=True, lines=True)
    indicator = Text(40, load_default="")
    score = Score(load_default=None, allow_none=True, from_text=True)
    rows = fields.List(PublicId(), load_default=list, validate=validate.Length(max=MOST_ROWS))

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> Answer:
        is_upheld = data.pop("verdict") == "upheld"
        return Answer(
            **data | {"indicator": data["indicator"] or None, "rows": tuple(data["rows"]), "is_upheld": is_upheld}
        )


class Amount(fields.Field[int]):
    """A number with at most two decimals, in hundredths; empty is None."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kw: Any) -> int:
        try:
            hundredths = Decimal(str(value).strip()[:20]) * 100
        except InvalidOperation:
            raise ValidationError(str(_AMOUNT)) from None
        if not hundredths.is_finite() or hundredths != int(hundredths) or not 0 <= hundredths <= MOST_AMOUNT * 100:
            raise ValidationError(str(_AMOUNT))
        return int(hundredths)


class ErratumForm(FormSchema):
    """A wrong indicator of a stored edition."""

    round_id = PublicId(required=True)
    branch_id = PublicId(required=True)
    target = Text(40, required=True)
    corrected = Amount(required=True)
    what = Text(200, required=True)
    why = Text(300, required=True, lines=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> Propose:
        return Propose(kind=EditionKind.ERRATUM, **data)


class TakeBackForm(FormSchema):
    """A star to be taken back."""

    round_id = PublicId(required=True)
    branch_id = PublicId(required=True)
    target = Text(40, required=True)
    why = Text(300, required=True, lines=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> Propose:
        return Propose(kind=EditionKind.TAKEN_BACK, corrected=None, what="", **data)


class DeclineErratumForm(FormSchema):
    reason = Text(300, required=True, lines=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> str:
        return str(data["reason"])
