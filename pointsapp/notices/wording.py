"""What the words of a notice are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Words:
    """title and text with %(fact)s places; glyph and tone of its mark; `leads_to`: endpoint and the fact that names the thing."""

    title: Any
    text: Any
    glyph: str = "info"
    tone: str = "info"
    leads_to: tuple[str, str | None] | None = None
