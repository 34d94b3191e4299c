"""HTML door of boards: the ranking of residents, the wall chart, the public statement. Reads only."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from pointsapp.areas.queries import find_area
from pointsapp.boards.messages import PERIODS
from pointsapp.boards.queries import (
    FIRST_MONTH,
    Wall,
    board_for,
    communities_month,
    community_month,
    month_statement,
    ranking,
    wall_chart,
)
from pointsapp.boards.schemas import RankingArgs
from pointsapp.core import clock
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.ledger.queries import entry_detail, entry_proof, seals_page
from pointsapp.web.etags import conditional
from pointsapp.web.guard import public
from pointsapp.web.login import current_actor, signed_in
from pointsapp.web.replicas import may_lag
from pointsapp.web.schemas import PageArgs, page_request

bp = Blueprint("boards", __name__)
bp.after_request(conditional)


@bp.get("/ranks")
@public("guests see what communities did together; people's places are for neighbours who signed in")
@may_lag
def show_leaderboard() -> ResponseReturnValue:
    """Show what the community did together, and under it who earned how much."""
    args: dict[str, Any] = RankingArgs().load({key: value for key, value in request.args.items() if key in _ASKED})
    moment, actor = clock.now(), current_actor()
    if actor is None:
        return render_template("boards/leaderboard.html", communities=communities_month(db.session, now=moment))
    board = board_for(db.session, actor, args["area"], args["period"], now=moment)
    found = ranking(db.session, board, page_request(args, int, int), me=actor.person_id)
    return render_template(
        "boards/leaderboard.html",
        board=board,
        periods=PERIODS,
        page=found.page,
        me=found.me,
        together=community_month(db.session, board.area, now=moment) if board.area else None,
    )


_ASKED = frozenset({"area", "period", "cursor"})


@bp.get("/wall")
@public("the wall chart hangs in the street office: branches only, no person")
@may_lag
def show_wall() -> ResponseReturnValue:
    """Show the wall chart 挂图作战: all branches, their five stars, rank or tier, total, movement and plans."""
    moment = clock.now()
    local = clock.to_local(moment)
    return render_template("boards/wall.html", wall=_asked_wall(moment), now=moment, offset=local.utcoffset())


@bp.get("/wall/screen")
@public("what a wall chart asks for again and again: branches only, no person")
@may_lag
def show_wall_screen() -> ResponseReturnValue:
    """Show one screen of the wall chart without its frame; what has not changed has the same ETag."""
    moment = clock.now()
    return render_template("boards/wall_screen.html", wall=_asked_wall(moment), now=moment)


def _asked_wall(moment: datetime) -> Wall:
    """Return the screen that `?from=` names, of the area that `?area=` and the scheme that `?scheme=` names."""
    asked, code = request.args.get("from", ""), request.args.get("area", "")
    start = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else 0
    area = find_area(db.session, code) if code else None
    if code and area is None:
        raise NotFound()
    wall = wall_chart(db.session, start, area, request.args.get("scheme") or None, now=moment)
    if wall.scheme and wall.round is None:
        raise NotFound()
    return wall


@bp.get("/statement")
@public("the books are open: sums only, no person")
@may_lag
def show_statement() -> ResponseReturnValue:
    """Show the month's public statement: what was issued and where it is."""
    moment = clock.now()
    today = clock.local_day(moment)
    asked = request.args.get("month", "")
    month = _month(asked) if asked else today.replace(day=1)
    if not FIRST_MONTH <= month <= today:
        raise NotFound()
    return render_template("boards/statement.html", statement=month_statement(db.session, month, now=moment))


def _month(text: str) -> date:
    if re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", text) is None:
        raise NotFound()
    return date(int(text[:4]), int(text[5:]), 1)


@bp.get("/seals")
@public("anybody may keep a copy of the seals: sums and digests only, no person")
@may_lag
def show_seals() -> ResponseReturnValue:
    """Show the daily seals of the books, the newest first, and how to check them oneself."""
    args: dict[str, Any] = PageArgs().load({key: value for key, value in request.args.items() if key == "cursor"})
    return render_template("boards/seals.html", page=seals_page(db.session, page_request(args, int)))


@bp.get("/seals/entries/<public_id>")
def show_entry_proof(public_id: str) -> ResponseReturnValue:
    """Show a person the seal that their own entry is under, and its way up to it."""
    me = signed_in().person_id
    proof = entry_proof(db.session, public_id, me)
    if proof is None and entry_detail(db.session, me, public_id) is None:
        raise NotFound()
    return render_template("boards/entry_proof.html", proof=proof, public_id=public_id)
