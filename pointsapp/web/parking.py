"""Parked posts: what a person typed survives an expired session, an expired token, and the walk to the sign-in page.

The fields travel as hidden inputs of the next page, so nothing is stored and it works without JavaScript. Passwords and
tokens are never carried on. Files cannot ride along: the last page before the form goes on asks for them once more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from pointsapp.web.messages import message_for, sentence_of

NEVER_CARRIED = frozenset({"csrf_token", "password", "new_password", "pin", "parked_to"})
PREFIX = "parked."
FILES = "parked-file"  # the name of a field that held a file, once for each file
MAX_FIELDS, MAX_CHARS, MAX_FILES = 300, 100_000, 10


def parked_fields() -> list[tuple[str, str]]:
    """Return the (name, value) pairs of the POST at hand that may travel on, bounded."""
    pairs: list[tuple[str, str]] = []
    room = MAX_CHARS
    for name, value in request.form.items(multi=True):
        room -= len(name) + len(value)
        if name in NEVER_CARRIED or room < 0 or len(pairs) >= MAX_FIELDS:
            continue
        pairs.append((name, value))
    return pairs


def parked_files() -> list[str]:
    """Return the names of the fields in which the POST at hand brought files, once for each file, bounded."""
    return [name for name, file in request.files.items(multi=True) if file.filename][:MAX_FILES]


def file_fields(names: Iterable[str]) -> dict[str, bool]:
    """Return the fields in which files are asked for again, each with whether it took several."""
    counted = Counter(names)
    return {name: count > 1 for name, count in counted.items()}


def unparked_files() -> list[str]:
    """Return what `parked_files` said when a sign-in form began to carry another form."""
    return request.form.getlist(FILES)[:MAX_FILES]


def unpark() -> tuple[str | None, list[tuple[str, str]]]:
    """Return (address, fields) that a sign-in form carried for another form; (None, []) without."""
    target = request.form.get("parked_to")
    fields = [
        (name.removeprefix(PREFIX), value) for name, value in request.form.items(multi=True) if name.startswith(PREFIX)
    ]
    return target, fields[:MAX_FIELDS]


def show_parked(
    code: str,
    fields: list[tuple[str, str]] | None = None,
    status: int = 422,
    *,
    may_sign_in: bool = False,
    **facts: str,
) -> ResponseReturnValue:
    """Show the typed fields again behind one button that sends them to the same address with a fresh token.

    The title and the text are the message `code` with its `facts`; `may_sign_in` offers to sign in before that.
    """
    page = render_template(
        "errors/parked.html",
        title=str(message_for(code).title),
        text=sentence_of(code, facts),
        action=request.full_path.rstrip("?"),
        fields=parked_fields() if fields is None else fields,
        files=file_fields(parked_files()),
        **(_carried_on() if may_sign_in else {}),
    )
    return page, status


def _carried_on() -> dict[str, Any]:
    """Return what the sign-in page carries of the POST at hand."""
    return {
        "next": request.form.get("back") or request.path,
        "parked_to": request.full_path.rstrip("?"),
        "parked": [
            *((PREFIX + name, value) for name, value in parked_fields()),
            *((FILES, name) for name in parked_files()),
        ],
    }


def show_parked_sign_in(*, is_signed_out: bool = False) -> ResponseReturnValue:
    """Answer a guest's POST with the sign-in page; what was typed rides along and is offered again afterwards.

    This is how a guest grabs a place: the button asks for sign-in and leads back to the same button. `is_signed_out` says
    that whoever sent it was signed in when the page was opened.
    """
    message = message_for("signed_out") if is_signed_out else None
    page = render_template("people/sign_in.html", form=None, signed_out=message, **_carried_on())
    return page, 401
