"""Who looked at a person, in one order of time: at their record, at what they did when they complained, at rows of the star board."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pointsapp.core.paging import Page, PageRequest, encode_cursor
from pointsapp.feedback.queries import OpeningLine, openings_of
from pointsapp.people.queries import LookLine, looks_at
from pointsapp.stars.queries import AccessRow, my_access_page


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """One look: at the record (`look`), at the board's rows (`row`) or at the timeline (`opening`); the others are None."""

    at: datetime
    look: LookLine | None = None
    row: AccessRow | None = None
    opening: OpeningLine | None = None


def glances_at(session: Session, person_id: int, page: PageRequest) -> Page[Glance]:
    """Return who looked at this person, the newest first. Key: the last shown look's key, row's and opening's, 0 for none."""
    before_look, before_row, before_opening = page.after or (0, 0, 0)
    looks = looks_at(session, person_id, _after(before_look, page.limit))
    rows = my_access_page(session, person_id, _after(before_row, page.limit))
    openings = openings_of(session, person_id, _after(before_opening, page.limit))
    found = [
        *(Glance(at=line.at, look=line) for line in looks.items),
        *(Glance(at=row.at, row=row) for row in rows.items),
        *(Glance(at=line.at, opening=line) for line in openings.items),
    ]
    found.sort(key=lambda each: each.at, reverse=True)
    shown = found[: page.limit]
    for each in shown:
        before_look = each.look.id if each.look else before_look
        before_row = each.row.id if each.row else before_row
        before_opening = each.opening.id if each.opening else before_opening
    is_last = len(found) <= page.limit and not any(part.next_cursor for part in (looks, rows, openings))
    return Page(tuple(shown), None if is_last else encode_cursor(before_look, before_row, before_opening))


def _after(key: int, limit: int) -> PageRequest:
    return PageRequest(limit=limit, after=(key,) if key else None)
