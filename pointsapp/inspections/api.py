"""JSON door of inspections: draws as everybody may check them, findings for officers within their remit."""

from __future__ import annotations

from typing import Any

from flask import Response

from pointsapp.core.actor import require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.paging import Page
from pointsapp.inspections.pages.door import photo_answer
from pointsapp.inspections.policies import may_open_console
from pointsapp.inspections.queries import (
    Counts,
    DrawRow,
    counts,
    draw_page,
    draws_page,
    find_photo,
    finding_page,
    findings_page,
)
from pointsapp.inspections.schemas import (
    CountsSchema,
    DrawArgs,
    DrawDetailSchema,
    DrawListPage,
    FindingArgs,
    FindingDetailSchema,
    FindingListPage,
    draw_detail,
    finding_detail,
    finding_item,
)
from pointsapp.stars.queries import find_round
from pointsapp.web.api import api_blueprint, refuses
from pointsapp.web.etags import conditional
from pointsapp.web.guard import public
from pointsapp.web.login import current_actor, signed_in
from pointsapp.web.schemas import page_request

blp = api_blueprint("inspections", "Random inspections that anybody can run again, and what they found.")
blp.after_request(conditional)


@blp.get("/five-star/draws")
@public("draws are announced to everybody")
@blp.arguments(DrawArgs, location="query")
@blp.response(200, DrawListPage)
def list_draws(args: dict[str, Any]) -> Page[DrawRow]:
    """List draws, the newest first, given-up ones too: commitment, digests of both lists, the value that decides."""
    return draws_page(db.session, page_request(args, int), round_id=args["round"] or "", now=now())


@blp.get("/five-star/draws/<string:draw_id>")
@public("whoever doubts a draw runs it again from this answer")
@blp.response(200, DrawDetailSchema)
def open_draw(draw_id: str) -> dict[str, Any]:
    """Open a draw: the lists and, once it is over, seed, value and result. Officers within their remit read the inspectors' names."""
    return draw_detail(draw_page(db.session, draw_id, current_actor(), now=now()))


@blp.get("/five-star/rounds/<string:round_id>/finding-counts")
@public("findings are counted in the open; their words are for officers")
@blp.response(200, CountsSchema)
def count_findings(round_id: str) -> Counts:
    """Count a round's findings: all, not closed yet, overdue, closed."""
    found = find_round(db.session, round_id)
    return counts(db.session, [found.id], now=now()).get(found.id, Counts())


@blp.get("/five-star/findings")
@blp.arguments(FindingArgs, location="query")
@blp.response(200, FindingListPage)
@refuses("not_allowed")
def list_findings(args: dict[str, Any]) -> Page[dict[str, Any]]:
    """List findings of the branches within one's remit, the newest first."""
    actor = signed_in()
    require(may_open_console(actor))
    chosen = {f"{name}_id": args[name] or "" for name in ("branch", "round")} | {"state": args["state"] or ""}
    page = findings_page(db.session, actor, page_request(args, int), **chosen, now=now())
    return Page(tuple(finding_item(row) for row in page.items), page.next_cursor)


@blp.get("/five-star/findings/<string:finding_id>")
@blp.response(200, FindingDetailSchema)
def open_finding(finding_id: str) -> dict[str, Any]:
    """Open a finding: every step with who, when and its pictures. Outside one's remit there is none."""
    return finding_detail(finding_page(db.session, signed_in(), finding_id, now=now()))


@blp.get("/five-star/finding-photos/<string:photo_id>")
@blp.response(200, {"type": "string", "format": "binary"}, content_type="image/jpeg")
@refuses("file_lost")
def open_finding_photo(photo_id: str) -> Response:
    """Give a picture of a finding's step, to who may read the finding."""
    return photo_answer(find_photo(db.session, signed_in(), photo_id))
