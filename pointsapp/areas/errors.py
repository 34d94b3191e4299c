"""Refusals of areas."""

from __future__ import annotations

from pointsapp.areas.messages import NO_SUCH_AREA
from pointsapp.core.errors import Invalid


class UnknownArea(Invalid):
    """The request names an area that is not in the tree."""

    def __init__(self, field: str) -> None:
        super().__init__({field: [str(NO_SUCH_AREA)]})
