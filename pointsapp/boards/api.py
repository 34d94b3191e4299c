"""JSON door of boards."""

from __future__ import annotations

from typing import Any

from pointsapp.boards.queries import board_for, ranking
from pointsapp.boards.schemas import RankingArgs, RankingSchema
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.web.api import api_blueprint
from pointsapp.web.login import signed_in
from pointsapp.web.schemas import page_request

blp = api_blueprint("boards", "Public pages and rankings: reads only.")


@blp.get("/leaderboards/residents")
@blp.arguments(RankingArgs, location="query")
@blp.response(200, RankingSchema)
def list_residents(args: dict[str, Any]) -> dict[str, Any]:
    """Rank residents by points earned; without `area` in one's own community."""
    actor = signed_in()
    board = board_for(db.session, actor, args["area"], args["period"], now=now())
    found = ranking(db.session, board, page_request(args, int, int), me=actor.person_id)
    return {
        "area": board.area,
        "period": board.period,
        "items": found.page.items,
        "me": found.me,
        "next_cursor": found.page.next_cursor,
    }
