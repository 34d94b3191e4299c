"""How a round ends, as JSON: objections and answers, editions and what they changed, proposals to correct them."""

from __future__ import annotations

from typing import Any

from flask import Response

from pointsapp.core.actor import require
from pointsapp.core.clock import local_day, now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page
from pointsapp.stars.api.door import blp
from pointsapp.stars.pages.showing import note_objection
from pointsapp.stars.policies import may_open_console
from pointsapp.stars.queries import (
    Edition,
    ObjectionRow,
    RoundRow,
    edition_differences,
    edition_of,
    edition_standings,
    edition_with_digest,
    editions_page,
    effect_of,
    errata_page,
    find_branch,
    find_erratum,
    find_objection,
    find_round,
    objections_on,
    objections_page,
    shows_ranks,
)
from pointsapp.stars.schemas import StandingPage, standings_answer
from pointsapp.stars.schemas.endings import (
    EditionDetailSchema,
    EditionPage,
    ErratumDetailSchema,
    ErratumPage,
    ObjectionDetailSchema,
    ObjectionPage,
    edition_detail,
    erratum_detail,
    erratum_item,
    objection_detail,
)
from pointsapp.web.api import refuses
from pointsapp.web.doors import signed_in
from pointsapp.web.guard import public
from pointsapp.web.login import current_actor
from pointsapp.web.schemas import PageArgs, page_request


@blp.get("/five-star/rounds/<string:round_id>/standings/<string:branch_id>/objections")
@public("that something was objected and what was answered hangs out")
@blp.arguments(PageArgs, location="query")
@blp.response(200, ObjectionPage)
def list_branch_objections(args: dict[str, Any], round_id: str, branch_id: str) -> Page[ObjectionRow]:
    """List what was objected about a branch, the newest first, with the answers."""
    found, branch = find_round(db.session, round_id), find_branch(db.session, branch_id)
    return objections_on(db.session, found, branch, current_actor(), page_request(args, int), now=now())


@blp.get("/five-star/rounds/<string:round_id>/objections")
@blp.arguments(PageArgs, location="query")
@blp.response(200, ObjectionPage)
@refuses("not_allowed")
def list_objections(args: dict[str, Any], round_id: str) -> Page[ObjectionRow]:
    """List the objections of a round in the areas that one's office looks after or audits."""
    actor = signed_in()
    require(may_open_console(actor))
    return objections_page(db.session, find_round(db.session, round_id), actor, page_request(args, int), now=now())


@blp.get("/five-star/objections/<string:objection_id>")
@blp.response(200, ObjectionDetailSchema)
def open_objection(objection_id: str) -> dict[str, Any]:
    """Open an objection with its words and names, for its author, the offices of the area and its auditors."""
    actor = signed_in()
    found, row = find_objection(db.session, objection_id, actor, now=now())
    note_objection(actor, found, row)
    return objection_detail(found, row)


@blp.get("/five-star/rounds/<string:round_id>/editions")
@public("what a closed round says, and what was corrected, hangs in the open")
@blp.arguments(PageArgs, location="query")
@blp.response(200, EditionPage)
def list_editions(args: dict[str, Any], round_id: str) -> Page[Edition]:
    """List the stored editions of a round, the newest first; none before it is closed."""
    return editions_page(db.session, find_round(db.session, round_id), page_request(args, int))


@blp.get("/five-star/rounds/<string:round_id>/editions/<int:number>")
@public("what a closed round says, and what was corrected, hangs in the open")
@blp.response(200, EditionDetailSchema)
def open_edition(round_id: str, number: int) -> dict[str, Any]:
    """Open an edition: its digest, and which branches it changed against the one before it."""
    found = find_round(db.session, round_id)
    edition = edition_of(db.session, found, number)
    if edition is None:
        raise NotFound()
    return _edition(found, edition)


@blp.get("/five-star/editions/<string:digest>")
@public("an export names an edition by its digest, and anybody asks whether it is in force")
@blp.response(200, EditionDetailSchema)
def find_edition(digest: str) -> dict[str, Any]:
    """Find the edition that an export names by its digest: in force, or superseded by which."""
    return _edition(*edition_with_digest(db.session, digest))


def _edition(found: RoundRow, edition: Edition) -> dict[str, Any]:
    changes = edition_differences(db.session, found, edition)
    return edition_detail(found, edition, changes, has_ranks=shows_ranks(db.session, now=now()))


@blp.get("/five-star/rounds/<string:round_id>/editions/<int:number>/standings")
@public("the stored standings of a closed round: branches only, no person's name")
@blp.arguments(PageArgs, location="query")
@blp.response(200, StandingPage)
def list_edition_standings(args: dict[str, Any], round_id: str, number: int) -> Response:
    """List the branches as an edition holds them, best first; an older edition stays as it was."""
    found, has_ranks = find_round(db.session, round_id), shows_ranks(db.session, now=now())
    page = edition_standings(db.session, found, number, page_request(args, int, str), has_ranks=has_ranks)
    return Response(standings_answer(page, has_ranks=has_ranks), mimetype="application/json")


@blp.get("/five-star/rounds/<string:round_id>/errata")
@blp.arguments(PageArgs, location="query")
@blp.response(200, ErratumPage)
@refuses("not_allowed")
def list_errata(args: dict[str, Any], round_id: str) -> Page[dict[str, Any]]:
    """List the proposals to correct a round, the newest first: for who runs it, and auditors within their remit."""
    page = errata_page(db.session, find_round(db.session, round_id), signed_in(), page_request(args, int))
    return Page(tuple(erratum_item(row) for row in page.items), page.next_cursor)


@blp.get("/five-star/errata/<string:erratum_id>")
@blp.response(200, ErratumDetailSchema)
@refuses("not_allowed")
def open_erratum(erratum_id: str) -> dict[str, Any]:
    """Open a proposal; while it waits, with what confirming it would change."""
    found, row = find_erratum(db.session, erratum_id, signed_in())
    waits = row.state == "proposed"
    changes = effect_of(db.session, found, erratum_id, day=local_day(now())) if waits else []
    return erratum_detail(found, row, changes, has_ranks=shows_ranks(db.session, now=now()))
