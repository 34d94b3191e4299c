"""Dockets and pieces as JSON: digests for everybody, masked rows for who is signed in, everything for officers within their remit."""

from __future__ import annotations

from typing import Any

from flask import Response

from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page
from pointsapp.stars.api.door import blp
from pointsapp.stars.pages.proofs import file_answer
from pointsapp.stars.pages.showing import note, note_pieces
from pointsapp.stars.policies import may_read_names
from pointsapp.stars.queries import (
    SavedRow,
    assessments_of,
    auto_lines,
    changes_of_proof,
    docket_of,
    find_branch,
    find_round,
    one_standing,
    piece,
    pieces_of,
    pieces_page,
    saved_page,
)
from pointsapp.stars.queries.evidence import why_one
from pointsapp.stars.schemas.dockets import (
    DocketLineDetailSchema,
    DocketRowPage,
    DocketSchema,
    PieceDetailSchema,
    PiecePage,
    docket_item,
    line_detail,
    piece_detail,
    piece_item,
)
from pointsapp.stars.services import opened_saved_rows
from pointsapp.web.api import refuses
from pointsapp.web.doors import signed_in
from pointsapp.web.guard import public
from pointsapp.web.login import current_actor
from pointsapp.web.schemas import PageArgs, page_request

_OF_BRANCH = "/five-star/rounds/<string:round_id>/standings/<string:branch_id>"
_PIECE = "/five-star/branches/<string:branch_id>/pieces/<string:piece_id>"


@blp.get(f"{_OF_BRANCH}/docket")
@public("counts and digests of a branch's evidence")
@blp.response(200, DocketSchema)
def open_docket(round_id: str, branch_id: str) -> dict[str, Any]:
    """Open a branch's docket: every line by which it is judged, each taken from rows or handed in by hand."""
    actor, moment = current_actor(), now()
    found, standing = one_standing(db.session, find_round(db.session, round_id), branch_id, now=moment)
    pieces = pieces_of(db.session, found, standing.branch, actor)
    autos = auto_lines(db.session, found, standing, actor, now=moment)
    return docket_item(found, standing, docket_of(standing, pieces, autos))


@blp.get(f"{_OF_BRANCH}/docket/<string:key>")
@public("one line of a branch's evidence: counts and digests")
@blp.response(200, DocketLineDetailSchema)
def open_docket_line(round_id: str, branch_id: str, key: str) -> dict[str, Any]:
    """Open one line: why it scores what it does, scores given by hand, and the pieces handed in for it."""
    actor, moment = current_actor(), now()
    found, standing = one_standing(db.session, find_round(db.session, round_id), branch_id, now=moment)
    pieces = pieces_of(db.session, found, standing.branch, actor)
    autos = auto_lines(db.session, found, standing, actor, now=moment, only=key)
    line = docket_of(standing, pieces, autos).line(key)
    if line is None:
        raise NotFound()
    given = assessments_of(db.session, found, standing.branch, found.closed_at or moment, actor)
    return line_detail(line, why_one(found, standing, line.score), given.get(key, ()))


@blp.get(f"{_OF_BRANCH}/docket/<string:key>/rows")
@blp.arguments(PageArgs, location="query")
@blp.response(200, DocketRowPage)
@refuses("not_allowed")
def list_docket_rows(args: dict[str, Any], round_id: str, branch_id: str, key: str) -> Page[SavedRow]:
    """List the rows behind a counted line in the order of its digest, each with its own; names are for officers."""
    actor, moment = signed_in(), now()
    found, standing = one_standing(db.session, find_round(db.session, round_id), branch_id, now=moment)
    metric, page = saved_page(db.session, found, standing, actor, key, page_request(args, str, int), now=moment)
    if may_read_names(actor, standing.branch.area_path) and page.items:
        note(opened_saved_rows(found, standing.branch, page.items, members_only=metric.shows_members))
    return page


@blp.get(f"{_OF_BRANCH}/pieces")
@public("that a piece is there, and its digest")
@blp.arguments(PageArgs, location="query")
@blp.response(200, PiecePage)
def list_pieces(args: dict[str, Any], round_id: str, branch_id: str) -> Page[dict[str, Any]]:
    """List what a branch handed in in a round, by number; what was withdrawn only for officers within their remit."""
    found, branch = find_round(db.session, round_id), find_branch(db.session, branch_id)
    page = pieces_page(db.session, found, branch, current_actor(), page_request(args, int))
    return Page(tuple(piece_item(one) for one in page.items), page.next_cursor)


@blp.get(_PIECE)
@public("that a piece is there, and its digest; its words once it was published")
@blp.response(200, PieceDetailSchema)
def open_piece(branch_id: str, piece_id: str) -> dict[str, Any]:
    """Open one piece as far as the reader may see it."""
    actor, branch = current_actor(), find_branch(db.session, branch_id)
    found, one = piece(db.session, branch, piece_id, actor)
    note_pieces(actor, found, branch, (one,))
    is_officer = may_read_names(actor, branch.area_path)
    return piece_detail(found, one, changes_of_proof(db.session, branch, piece_id) if is_officer else ())


@blp.get(f"{_PIECE}/file")
@public("a file that was published is for everybody; others are for officers")
@blp.response(200, {"type": "string", "format": "binary"}, content_type="application/octet-stream")
@refuses("not_allowed", "not_signed_in", "file_lost")
def save_piece_file(branch_id: str, piece_id: str) -> Response:
    """Give the file of a piece, to be saved."""
    return file_answer(branch_id, piece_id)
