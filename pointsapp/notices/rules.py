"""What is news to a person, which sentence of a kind fits the facts, where it goes beside the house, and when."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

# A stranger with a stolen password would be "oneself" to us: the owner is told in any case.
ALWAYS_NEWS = frozenset(
    {
        "people.one_time_code_used",
        "people.password_changed",
        "people.code_replaced",
        "privacy.erasure_asked",
        "care.phone_lost",
    }
)

# Kinds that tell of one thing's steps: each step has a sentence of its own.
BY_STEP = frozenset({"inspections.finding_for_branch", "inspections.finding_for_inspector"})


def is_news(kind: str, person_id: int, actor_id: int | None) -> bool:
    """Tell whether the bell rings: for what others or the system did, and for the keys to one's account."""
    return kind in ALWAYS_NEWS or actor_id != person_id


def variant(kind: str, facts: Mapping[str, Any]) -> str:
    """Return the key of the sentence: the kind, or the kind with what makes this case different."""
    if kind == "tasks.shift_moved_for_person" and facts.get("clashes"):
        return f"{kind}:clashes"
    if kind == "tasks.no_show_answered" and facts.get("state") in ("excused", "upheld"):
        return f"{kind}:{facts['state']}"
    if kind in ("checkin.credited", "deeds.approved") and not facts.get("points"):
        return f"{kind}:no_points"
    if kind == "checkin.corrected" and facts.get("points") == facts.get("points_before"):
        return f"{kind}:same_points"
    if kind == "ledger.points_lapsing" and facts.get("first_on") == facts.get("last_on"):
        return f"{kind}:one_day"
    if kind == "checkin.provisional" and not facts.get("cut_off"):
        return f"{kind}:ticked"
    if kind == "people.role_granted" and (facts.get("first_on") or facts.get("is_deputy")):
        return f"{kind}:{'deputy' if facts.get('is_deputy') else 'role'}_{'later' if facts.get('first_on') else 'now'}"
    if kind == "people.role_ended" and facts.get("is_deputy"):
        return f"{kind}:deputy"
    if kind == "people.one_time_code_used" and facts.get("password_replaced"):
        return f"{kind}:password"
    if kind == "stars.objection_answered" and facts.get("state") == "upheld":
        return f"{kind}:upheld"
    if kind == "feedback.climbed" and facts.get("is_overdue"):
        return f"{kind}:overdue"
    if kind in ("settlements.approved", "settlements.paid") and (facts.get("fen") or 0) < 0:
        return f"{kind}:owed"
    if kind == "settlements.approved" and facts.get("fen") == 0:
        return f"{kind}:nought"
    if kind == "badges.won":
        return f"{kind}:{facts.get('series')}"
    if kind in BY_STEP:
        return f"{kind}:{facts.get('step')}"
    if kind == "stars.standing_corrected":
        if facts.get("is_taken_back"):
            return f"{kind}:taken_back"
        # Told before boards could do without ranks: then they had them.
        places = "" if facts.get("has_ranks", True) else "_unranked"
        return f"{kind}:named{places}" if facts.get("is_named") else f"{kind}:unranked" if places else kind
    return kind


class Subject(StrEnum):
    """What a notice is about: people choose by these, not by a hundred kinds."""

    TASKS = "tasks"
    POINTS = "points"
    TREATS = "treats"
    ACCOUNT = "account"
    OTHER = "other"


_SUBJECTS = {
    "tasks": Subject.TASKS,
    "checkin": Subject.POINTS,
    "ledger": Subject.POINTS,
    "rewards": Subject.POINTS,
    "giving": Subject.POINTS,
    "redemption": Subject.TREATS,
    "merchants": Subject.TREATS,
    "settlements": Subject.TREATS,
    "disputes": Subject.TREATS,
    "people": Subject.ACCOUNT,
    "privacy": Subject.ACCOUNT,
    "care": Subject.ACCOUNT,
}
# Told by one feature, about the matter of another.
_SUBJECT_OF_KIND = {"care.place_offered": Subject.TASKS, "care.signup_promoted": Subject.TASKS}
# An SMS costs the house money and the person attention: only what changes where they have to be.
DEFAULT_WANTS: Mapping[str, tuple[str, ...]] = {
    "tasks": ("push", "mail", "sms"),
    "points": ("push",),
    "treats": ("push",),
    "account": ("push", "mail"),
    "other": ("push",),
}
QUIET_FROM, QUIET_UNTIL = 21 * 60, 8 * 60
DAY_MINUTES = 24 * 60
# What may break the quiet of somebody who allows it, if what it is about begins soon.
URGENT = frozenset(
    {
        "tasks.cancelled_for_person",
        "tasks.shift_moved_for_person",
        "tasks.shift_stopped_for_person",
        "tasks.place_offered",
        "tasks.signup_promoted",
        "care.place_offered",
        "care.signup_promoted",
    }
)
_BEGINNINGS = ("starts_at", "from_at", "offer_expires_at")
WAITS_S = (60, 300, 1800, 7200, 21600)  # after each failed try; then it is given up
OLD_AFTER = timedelta(hours=48)  # news of the day before yesterday is in the house, and no news


def subject_of(kind: str) -> Subject:
    return _SUBJECT_OF_KIND.get(kind) or _SUBJECTS.get(kind.partition(".")[0], Subject.OTHER)


def wants(choice: Mapping[str, Any] | None, kind: str, channel: str) -> bool:
    """Tell whether a person wants news of `kind` by `channel`; None: they never chose."""
    chosen = (DEFAULT_WANTS if choice is None else choice).get(subject_of(kind).value, ())
    return channel in chosen


def quiet_ends(local: datetime, quiet_from: int, quiet_until: int) -> datetime | None:
    """Return when the quiet around `local` ends, None where it is not quiet. Equal hours mean: never quiet."""
    minute = local.hour * 60 + local.minute
    if quiet_from <= quiet_until:
        is_quiet = quiet_from <= minute < quiet_until
    else:
        is_quiet = minute >= quiet_from or minute < quiet_until
    if not is_quiet:
        return None
    end = local.replace(hour=quiet_until // 60, minute=quiet_until % 60, second=0, microsecond=0)
    return end if end > local else end + timedelta(days=1)


def begins_at(facts: Mapping[str, Any]) -> datetime | None:
    """Return the first moment that the news is about, None where it says none."""
    moments = [datetime.fromisoformat(facts[name]) for name in _BEGINNINGS if isinstance(facts.get(name), str)]
    return min(moments, default=None)


def next_try(tries: int, now: datetime, after_s: int | None = None) -> datetime | None:
    """Return when to try again after `tries` failed ones, None when it is to be given up; `after_s`: what the service asks for."""
    if tries > len(WAITS_S):
        return None
    wait = WAITS_S[tries - 1]
    return now + timedelta(seconds=max(wait, min(after_s or 0, 6 * 3600)))


def code_of(secret: str, address: str, made_at: datetime) -> str:
    """Return the six digits that prove an address. Derived, so that no table holds them and the worker can say them."""
    words = f"notice-code:{address}:{int(made_at.timestamp())}"
    number = int.from_bytes(hmac.new(secret.encode(), words.encode(), hashlib.sha256).digest()[:8], "big")
    return f"{number % 1_000_000:06d}"


def digest_of(channel: str, address: str) -> str:
    """Return what two rows of the same place have in common."""
    return hashlib.sha256(f"{channel}:{address}".encode()).hexdigest()


def shown_mail(address: str) -> str:
    """zhang.san@example.org -> zh***@example.org"""
    name, _, host = address.rpartition("@")
    return f"{name[:2]}***@{host}"[:80]
