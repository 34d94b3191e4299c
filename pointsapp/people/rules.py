"""Pure decisions about people: what a phone or a volunteer number is, how long to wait after failed sign-ins."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

PASSWORD_LEAST, PASSWORD_MOST = 6, 128  # contract.md; six digits (a PIN) are fine
NAME_MOST = 60
BIRTH_YEAR_LEAST = 1900
_PHONE = re.compile(r"\+?[0-9]{5,15}")
_NUMBER = re.compile(r"[0-9]{11}")
_BETWEEN_DIGITS = re.compile(r"[\s\-().·]+")


def _plain(text: str) -> str:
    """Return `text` with full-width digits made plain and what people put between digits taken out."""
    return _BETWEEN_DIGITS.sub("", unicodedata.normalize("NFKC", text[:64]))


def read_phone(text: str) -> str | None:
    """Return the phone in `text` as it is stored: 5 to 15 digits with an optional +; None when it is none.

    Not checked against number plans: a landline, a short virtual number and a foreign one are phones.
    """
    plain = _plain(text)
    return plain if _PHONE.fullmatch(plain) else None


def read_volunteer_number(text: str) -> str | None:
    """Return the 11 digits in `text`; None when they are none. The check digit only helps people, it is not asked here."""
    plain = _plain(text)
    return plain if _NUMBER.fullmatch(plain) else None


def read_password(text: str) -> str | None:
    """Return the password in `text` as it is hashed; None for one with characters no keyboard gives.

    Full-width digits of a Chinese keyboard are the same digits, and a space that a keyboard adds at the end is none.
    """
    password = unicodedata.normalize("NFKC", text).strip()
    return None if any(0xD800 <= ord(char) <= 0xDFFF or char == "\0" for char in password) else password


def is_long_enough(password: str) -> bool:
    return PASSWORD_LEAST <= len(password) <= PASSWORD_MOST


def tail(text: str | None, length: int = 4) -> str:
    """Return the last digits, by which people recognise a number without reading it all."""
    return (text or "")[-length:]


def wait_after_failures(failed_at: Sequence[datetime], allowed: int, window: timedelta, now: datetime) -> int:
    """Return how many seconds until another try is judged: 0 below `allowed` failures inside `window`.

    The oldest of the last `allowed` failures must leave the window; a refused try is not counted, so waiting ends.
    """
    recent = sorted(at for at in failed_at if at > now - window)
    if len(recent) < allowed:
        return 0
    return max(1, int((recent[-allowed] + window - now).total_seconds()) + 1)
