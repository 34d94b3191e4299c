"""One row of a table of official head counts or of members, whoever brings it: the command or the import desk.

What is wrong is said by a key and its facts, so that each side words it: the command in English, the desk in its reader's language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pointsapp.people.rules import read_phone

MOST_PEOPLE = 100_000_000
MOST_SOURCE = 120
HEADCOUNTS = ("area_code", "people", "counted_on", "source")
MEMBERS = ("phone", "branch_code")
MEMBERS_MAY = ("starts_on", "reporting")
_DAY = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?: 0?0:00(?::00)?)?", re.ASCII)  # spreadsheets write 2026/10/1
_REPORTING = {"": False, "no": False, "yes": True}
_SAID = {
    "people": "people must be a whole number above 0, not {value!r}",
    "long": "{column} is longer than {most} characters",
    "day": "{column} must be a date like 2026-10-01, not {value!r}",
    "reporting": "reporting must be yes or no, not {value!r}",
    "phone": "phone must be 5 to 15 digits, not {value!r}",
    "area": "unknown area {code!r}",
    "counted": "{code} already has {people} people on {day}",
    "branch": "unknown branch {code!r}",
    "nobody": "nobody has the phone {phone}",
    "ahead": "{column} {day} lies ahead",
}


class Unfit(ValueError):
    """A row that cannot be taken: `why` and the facts of its sentence; `str()` is the command's English."""

    def __init__(self, why: str, **facts: Any) -> None:
        self.why, self.facts = why, facts
        super().__init__(_SAID[why].format(**facts))


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadcountDraft:
    line: int
    area_code: str
    people: int
    counted_on: date
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberDraft:
    """`starts_on` is None for a member since before our records; `is_reporting` (双报到): the membership stands elsewhere."""

    line: int
    phone: str
    branch_code: str
    starts_on: date | None = None
    is_reporting: bool = False


def read_headcount(line: int, cells: Mapping[str, str]) -> HeadcountDraft:
    """Return the row's draft; Unfit says which cell is wrong."""
    people = cells["people"]
    if not (people.isascii() and people.isdigit() and len(people) < 10 and 0 < int(people) <= MOST_PEOPLE):
        raise Unfit("people", value=people, most=MOST_PEOPLE)
    if len(cells["source"]) > MOST_SOURCE:
        raise Unfit("long", column="source", most=MOST_SOURCE)
    return HeadcountDraft(
        line=line,
        area_code=cells["area_code"],
        people=int(people),
        counted_on=_date("counted_on", cells["counted_on"]),
        source=cells["source"],
    )


def read_member(line: int, cells: Mapping[str, str]) -> MemberDraft:
    """Return the row's draft; the columns of MEMBERS_MAY may be missing or empty."""
    said, starts_on, phone = cells.get("reporting", "").lower(), cells.get("starts_on", ""), read_phone(cells["phone"])
    if phone is None:
        raise Unfit("phone", value=cells["phone"])
    if said not in _REPORTING:
        raise Unfit("reporting", value=said)
    return MemberDraft(
        line=line,
        phone=phone,
        branch_code=cells["branch_code"],
        starts_on=_date("starts_on", starts_on) if starts_on else None,
        is_reporting=_REPORTING[said],
    )


def _date(column: str, text: str) -> date:
    found = _DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else date.fromisoformat(text)
    except ValueError:
        raise Unfit("day", column=column, value=text) from None
