"""The gate of notices: up to which one the reader has seen."""

from __future__ import annotations

from pointsapp.web.schemas import FormSchema, PageArgs, PublicId


class ReadAllForm(FormSchema):
    up_to = PublicId(required=True)


__all__ = ["PageArgs", "ReadAllForm"]
