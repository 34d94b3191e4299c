"""What the pages of feedback share: the blueprint, the words, and what a guest's browser holds."""

from __future__ import annotations

from flask import Blueprint, session

from pointsapp.feedback.messages import KINDS, STATES, STEPS, VIEWS

bp = Blueprint("feedback", __name__)

WORDS = {"kinds": KINDS, "states": STATES, "steps": STEPS, "views": VIEWS}
_HELD, _SHOWN = "feedback_held", "feedback_shown"
MOST_HELD = 5  # the cookie is small; more are opened by number and secret again


def hold(number: str, hashed: str) -> None:
    """Let this browser follow a guest's feedback."""
    held = {key: value for key, value in session.get(_HELD, {}).items() if key != number}
    session[_HELD] = dict([*list(held.items())[-(MOST_HELD - 1) :], (number, hashed)])


def held(number: str) -> str | None:
    """Return the hash of the secret this browser holds for `number`."""
    return (session.get(_HELD) or {}).get(number)


def held_numbers() -> tuple[str, ...]:
    return tuple(session.get(_HELD) or {})


def show_once(number: str, secret: str) -> None:
    """Keep the secret where only this browser finds it, so that a refresh of the first page shows it again."""
    session[_SHOWN] = {"number": number, "secret": secret}


def shown_secret(number: str) -> str:
    """Return the secret of what this browser has just said, empty for anything else."""
    shown = session.get(_SHOWN) or {}
    return str(shown.get("secret", "")) if shown.get("number") == number else ""
