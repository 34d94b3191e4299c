"""The gate of what makes publishing short: a template's name, a picture's words, and a moment read from a row of the form."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import ValidationError

from pointsapp.web.schemas import FormSchema, LocalMoment, Text, post_load


class TemplateForm(FormSchema):
    name = Text(40, required=True)

    @post_load
    def to_command(self, found: dict[str, Any], **_kw: Any) -> str:
        return str(found["name"])


class PictureForm(FormSchema):
    """The file stands beside the fields; `words` are for who cannot see it."""

    words = Text(120, least=2, required=True)

    @post_load
    def to_command(self, found: dict[str, Any], **_kw: Any) -> str:
        return str(found["words"])


def read_moment(text: str) -> datetime | None:
    """Return the moment that a field for date and time says, None for none."""
    try:
        moment: datetime = LocalMoment().deserialize(text)
    except ValidationError:
        return None
    return moment
