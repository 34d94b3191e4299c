"""What a pass opens: one branch, read-only, for its hours. Opening is one button, so that a preview robot opens nothing.

Every page asks the database whether the pass still holds, so one that was taken back is over with its next page.
"""

from __future__ import annotations

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core.actor import Actor
from pointsapp.core.clock import now
from pointsapp.core.codes import PASS_LENGTH, new_public_id, read
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.core.transaction import write
from pointsapp.inspections.errors import PassUnknown
from pointsapp.inspections.pages.door import WORDS, bp, the_round
from pointsapp.inspections.queries import PassRow, findings_of_branch, valid_pass
from pointsapp.inspections.services import open_pass, pass_hash
from pointsapp.stars.messages import GAPS, ITEM_STATES, SOURCES
from pointsapp.stars.queries import (
    CATALOGUE,
    drill_down,
    evidence_page,
    item_details,
    one_standing,
    plan_of,
    shows_ranks,
)
from pointsapp.web.guard import public
from pointsapp.web.guesses import takes_codes
from pointsapp.web.login import current_actor

GUEST = "pass_guest"  # a random name for this browser: the same guest twice in a morning is one line of the trace
IN_SESSION = "branch_pass"  # the hash of the code, in the signed cookie of whoever pressed the button


def _reader(row: PassRow) -> Actor:
    """Return who reads by a pass: nobody in particular, who holds no role; so names are masked and small groups stay closed."""
    return Actor(person_id=0, public_id="", display_name=row.holder)


def _hash(code: str) -> str:
    known = read(code, PASS_LENGTH)
    if known is None:
        raise PassUnknown()
    return pass_hash(known)


@bp.get("/q/p/<code>")
@public("whoever carries the pass has no account; the code opens one branch for some hours")
@takes_codes
def show_pass(code: str) -> str:
    """Say what the pass opens, with one button; opening this page changes nothing."""
    row = valid_pass(db.session, _hash(code), now=now())
    return render_template("inspections/pass.html", row=row, code=code)


@bp.post("/q/p/<code>")
@public("the code itself is what opens the branch")
@takes_codes
def submit_pass_opening(code: str) -> ResponseReturnValue:
    """Keep that it was opened, and open it in this browser."""
    guest = session.setdefault(GUEST, new_public_id())
    write(open_pass, current_actor(), _hash(code), guest, now=now())
    session[IN_SESSION] = _hash(code)
    return redirect(url_for("inspections.show_pass_branch"), code=303)


def _held() -> PassRow | None:
    """Return the pass that this browser has opened, None where it opened none; PassOver when that one has ended."""
    return valid_pass(db.session, session[IN_SESSION], now=now()) if IN_SESSION in session else None


def _without_a_pass() -> ResponseReturnValue:
    flash(_("请先扫查阅证上的二维码"), "info")
    return redirect(url_for("inspections.show_published"))


@bp.get("/inspections/pass")
@public("asks for the pass that this browser has opened, each time")
def show_pass_branch() -> ResponseReturnValue:
    """The branch's stars, indicators, plan and findings, as of now."""
    row, moment = _held(), now()
    if row is None:
        return _without_a_pass()
    reader = _reader(row)
    found, standing = one_standing(db.session, the_round(row.branch_id), row.branch_id, now=moment)
    return render_template(
        "inspections/pass_branch.html",
        row=row,
        round=found,
        standing=standing,
        has_ranks=shows_ranks(db.session, now=moment),
        stars=drill_down(db.session, found, standing, reader, now=moment),
        extras=item_details(db.session, found, standing, reader, now=moment),
        plan=plan_of(db.session, found, standing.branch, reader, now=moment),
        findings=findings_of_branch(db.session, reader, standing.branch.id, found.id, now=moment),
        words=WORDS,
        star_words={"gaps": GAPS, "sources": SOURCES, "metrics": CATALOGUE, "item_states": ITEM_STATES},
    )


@bp.get("/inspections/pass/evidence/<string:indicator>")
@public("asks for the pass that this browser has opened, each time")
def show_pass_evidence(indicator: str) -> ResponseReturnValue:
    """The rows behind one figure, with masked names."""
    row, asked = _held(), PageRequest(limit=50, after=decode_cursor(request.args.get("cursor"), (str, int)))
    if row is None:
        return _without_a_pass()
    found, standing = one_standing(db.session, the_round(row.branch_id), row.branch_id, now=now())
    page = evidence_page(db.session, found, standing, _reader(row), indicator, asked, now=now())
    return render_template("inspections/pass_evidence.html", row=row, round=found, page=page)
