"""JSON door of boards."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response

from pointsapp.boards.queries import (
    FIRST_MONTH,
    MonthStatement,
    board_for,
    laid_out,
    lay_out,
    month_statement,
    points_on,
    ranking,
)
from pointsapp.boards.schemas import (
    EntryProofSchema,
    MonthStatementSchema,
    RankingArgs,
    RankingSchema,
    SealPageSchema,
    StatementArgs,
    first_page_asked,
    ranking_answer,
)
from pointsapp.core.actor import Actor
from pointsapp.core.clock import local_day, now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page
from pointsapp.ledger.queries import EntryProof, SealRow, entry_proof, seals_page
from pointsapp.web.api import api_blueprint
from pointsapp.web.etags import conditional
from pointsapp.web.guard import public
from pointsapp.web.login import signed_in
from pointsapp.web.porch import handed_out
from pointsapp.web.replicas import may_lag
from pointsapp.web.schemas import PageArgs, page_request

blp = api_blueprint("boards", "Public pages and rankings: reads only.")
blp.after_request(conditional)


def _laid_out_board(engine: Any, actor: Actor, query: str) -> bytes | None:
    """Put the answer together from what is kept; one's own points are read, with those of others, where they are not."""
    args = first_page_asked(query)
    laid = laid_out(actor, args["area"], args["period"], args["limit"]) if args else None
    return None if laid is None else ranking_answer(laid, points_on(engine, laid, actor.person_id))


@blp.get("/leaderboards/residents")
@handed_out(_laid_out_board)
@blp.arguments(RankingArgs, location="query")
@blp.response(200, RankingSchema)
def list_residents(args: dict[str, Any]) -> dict[str, Any] | Response:
    """Rank residents by points earned; without `area` in one's own community."""
    actor, page = signed_in(), page_request(args, int, int)
    if page.after is None:
        laid = lay_out(db.session, actor, args["area"], args["period"], page.limit, now=now())
        if laid is not None:
            points = points_on(db.session, laid, actor.person_id)
            return Response(ranking_answer(laid, points), mimetype="application/json")
    board = board_for(db.session, actor, args["area"], args["period"], now=now())
    found = ranking(db.session, board, page, me=actor.person_id)
    return {
        "area": board.area,
        "period": board.period,
        "items": found.page.items,
        "me": found.me,
        "next_cursor": found.page.next_cursor,
    }


@blp.get("/statement")
@public("the books are open: sums only, no person")
@may_lag
@blp.arguments(StatementArgs, location="query")
@blp.response(200, MonthStatementSchema)
def read_statement(args: dict[str, str | None]) -> MonthStatement:
    """Read a month's public statement: what was issued, and where everything ever issued is."""
    moment = now()
    today, asked = local_day(moment), args["month"]
    month = date.fromisoformat(f"{asked}-01") if asked else today.replace(day=1)
    if not FIRST_MONTH <= month <= today:
        raise NotFound()
    return month_statement(db.session, month, now=moment)


@blp.get("/seals")
@public("anybody may keep a copy of the seals: sums and digests only, no person")
@may_lag
@blp.arguments(PageArgs, location="query")
@blp.response(200, SealPageSchema)
def list_seals(args: dict[str, Any]) -> Page[SealRow]:
    """List the daily seals of the books, the newest first: what a copy kept elsewhere is compared with."""
    return seals_page(db.session, page_request(args, int))


@blp.get("/me/points/entries/<entry_id>/proof")
@blp.response(200, EntryProofSchema)
def show_my_entry_proof(entry_id: str) -> EntryProof:
    """Prove that one's own entry is under its day's seal; 404 until the day is sealed."""
    proof = entry_proof(db.session, entry_id, signed_in().person_id)
    if proof is None:
        raise NotFound()
    return proof
