"""The sealed arrival in the browser's session: who opened a valid code has ten minutes to sign in, or to find the sky."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from flask import session

from pointsapp.checkin.queries import Seal

KEY = "sealed_arrival"  # web/login.py carries it over the sign-in


def read_seal() -> Seal | None:
    """Return the seal this browser carries."""
    kept = session.get(KEY)
    if not isinstance(kept, dict):
        return None
    sealed_at = datetime.fromtimestamp(kept["at"], UTC)
    return Seal(code=kept["code"], sealed_at=sealed_at, nonce=kept["nonce"], person_id=kept["person"])


def seal(code: str, person_id: int | None, now: datetime) -> None:
    """Seal the arrival at `code`; opening the same code again does not lengthen it."""
    old = read_seal()
    if old is not None and old.code == code and old.is_young(now):
        return
    session[KEY] = {"code": code, "at": now.timestamp(), "nonce": secrets.token_urlsafe(12), "person": person_id}


def spend_seal() -> None:
    session.pop(KEY, None)
