"""What the pages of inspections share: the blueprint, the words, and pictures that come with a form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue

from pointsapp.core import uploads
from pointsapp.core.attic import Attic
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.file_kinds import FileKind
from pointsapp.inspections.errors import PhotoUnreadable
from pointsapp.inspections.messages import DRAW_STATES, FINDING_STATES, INSPECTION_STATES, SEVERITIES, STEPS
from pointsapp.inspections.queries import PhotoRow
from pointsapp.inspections.services import MOST_PHOTOS
from pointsapp.stars.queries import RoundRow, find_round, newest_round
from pointsapp.web.doors import and_say

bp = Blueprint("inspections", __name__)
MOST_BYTES = 20 << 20  # a phone's photograph; it is made small

WORDS = {
    "draws": DRAW_STATES,
    "findings": FINDING_STATES,
    "visits": INSPECTION_STATES,
    "severities": SEVERITIES,
    "steps": STEPS,
}


def the_round(branch: str | None = None) -> RoundRow:
    """Return the round that `?round=` names, else the one that runs (of `branch`); NotFound before the first."""
    asked = request.args.get("round", "")
    found = find_round(db.session, asked) if asked else newest_round(db.session, now=now(), branch=branch)
    if found is None:
        raise NotFound()
    return found


def attic() -> Attic:
    """Return where the pictures of findings are kept."""
    return Attic(current_app.config["SETTINGS"].instance_path / "findings")


def with_kept(act: Callable[[tuple[str, ...]], ResponseReturnValue]) -> ResponseReturnValue:
    """Keep the pictures that came with the form and act with their digests; PhotoUnreadable for what is none.

    They are kept once more when the act is done: had they lain there unnamed for long, they may just have been swept.
    """
    given = [each for each in request.files.getlist("photos") if each.filename]
    contents = [_clean(each.stream.read(MOST_BYTES + 1)) for each in given[:MOST_PHOTOS]]
    answer = act(tuple(attic().keep(content) for content in contents))
    for content in contents:
        attic().keep(content)
    return answer


def _clean(content: bytes) -> bytes:
    try:
        clean = uploads.clean(content)
    except uploads.Unfit:
        raise PhotoUnreadable() from None
    if clean.kind is not FileKind.JPEG or len(content) > MOST_BYTES:
        raise PhotoUnreadable()
    return clean.content


def photo_answer(found: PhotoRow) -> Response:
    """Return the picture itself; the caller has asked who may see it."""
    answer = Response(attic().path_of(found.name).read_bytes(), mimetype="image/jpeg")  # some hundred kilobytes
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def then(words: str, endpoint: str, **values: Any) -> Callable[[Any], str]:
    """Return what a page of inspections does after a good form: say `words` and go to `endpoint`."""
    return and_say(words, f"inspections.{endpoint}", **values)
