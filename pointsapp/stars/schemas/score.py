"""A score as people write it: whole hundredths inside, a plain number outside."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields

MOST_SCORE = 1000
_TWO_DECIMALS = _l("应是 0 到 1000 之间的数，最多两位小数")


def shown_score(hundredths: int) -> str:
    """1250 -> 12.5, 1200 -> 12"""
    return f"{Decimal(hundredths) / 100:f}"


class Score(fields.Float):
    """A score: 12 or 12.5 outside, 1200 or 1250 hundredths inside; `from_text=True` in forms."""

    def __init__(self, *, from_text: bool = False, **kw: Any) -> None:
        self.from_text = from_text
        super().__init__(**kw)

    def _serialize(self, value: Any, attr: Any, obj: Any, **kw: Any) -> Any:
        if value is None:
            return None
        return value // 100 if value % 100 == 0 else value / 100

    def _deserialize(self, value: Any, attr: Any, data: Any, **kw: Any) -> int:  # type: ignore[override]
        if isinstance(value, bool) or not isinstance(value, int | float | (str if self.from_text else int)):
            raise self.make_error("invalid", input=value)
        try:
            hundredths = Decimal(str(value).strip()[:20]) * 100
        except InvalidOperation:
            raise self.make_error("invalid", input=value) from None
        if not hundredths.is_finite() or hundredths != int(hundredths) or not 0 <= hundredths <= MOST_SCORE * 100:
            raise ValidationError(str(_TWO_DECIMALS))
        return int(hundredths)
