"""Words of tasks: enum labels and refusals."""

from __future__ import annotations

from pointsapp.web.messages import Message

MESSAGES: dict[str, Message] = {}
