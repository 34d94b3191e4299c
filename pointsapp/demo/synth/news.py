"""What was told about the invented life: an event, heard already, and the notice it became."""

from __future__ import annotations

from pointsapp.demo.synth.rows import Rows
from pointsapp.notices.rules import is_news


def tell(
    rows: Rows,
    kind: str,
    at: str,
    area_id: int,
    person_id: int,
    actor_id: int | None,
    subject: str,
    about: str,
    named: str = "",
) -> int:
    """Add one event with the facts `about` (the inside of a JSON object) and return its number; the notice also has `named`."""
    event_id = rows.number("event")
    rows.of["event"].append((event_id, kind, at, area_id, person_id, actor_id, subject, f"{{{about}}}"))
    rows.of["event_delivery"].append((event_id, "notices.tell", at, at, 0))
    read_at = None if is_news(kind, person_id, actor_id) else at
    rows.of["notice"].append(
        (next(rows.names), person_id, event_id, kind, f"{{{named}{about}}}", at, read_at),
    )
    return event_id
