"""JSON door of stars."""

from __future__ import annotations

from typing import Any

from flask import Response

from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.paging import Page, cut
from pointsapp.stars.queries import (
    CATALOGUE,
    EvidenceRow,
    Plan,
    RoundRow,
    Standing,
    drill_down,
    figures,
    find_branch,
    find_round,
    item_details,
    metric_rows,
    one_standing,
    plan_of,
    rounds_page,
    standings,
)
from pointsapp.stars.schemas import (
    AssessmentSchema,
    AssessSchema,
    FigurePage,
    MetricPage,
    MetricRowPage,
    PlanSchema,
    RoundPage,
    StandingDetailSchema,
    StandingPage,
    detail,
)
from pointsapp.stars.services import Assess, assess
from pointsapp.web.api import api_blueprint, refuses
from pointsapp.web.doors import signed_in, write_json
from pointsapp.web.etags import conditional
from pointsapp.web.schemas import PageArgs, page_request

blp = api_blueprint("stars", "Five-star schemes, branches, rounds, standings.")
blp.after_request(conditional)


@blp.get("/five-star/rounds")
@blp.arguments(PageArgs, location="query")
@blp.response(200, RoundPage)
def list_rounds(args: dict[str, Any]) -> Page[RoundRow]:
    """List rounds, the newest first."""
    signed_in()
    return rounds_page(db.session, page_request(args, int))


@blp.get("/five-star/rounds/<string:round_id>/standings")
@blp.arguments(PageArgs, location="query")
@blp.response(200, StandingPage)
def list_standings(args: dict[str, Any], round_id: str) -> Page[Standing]:
    """List the branches of a round, best first; equal totals share a rank."""
    signed_in()
    page = page_request(args, int, str)
    rows = standings(db.session, find_round(db.session, round_id), now=now())
    after = page.after or (0, "")
    later = [row for row in rows if (row.rank, row.branch.code) > after]
    return cut(later[: page.limit + 1], page.limit, lambda row: (row.rank, row.branch.code))


@blp.get("/five-star/rounds/<string:round_id>/standings/<string:branch_id>")
@blp.response(200, StandingDetailSchema)
def open_standing(round_id: str, branch_id: str) -> dict[str, Any]:
    """Open one branch: stars, indicators, inputs, and as many rows behind them as the reader may see."""
    actor = signed_in()
    found, standing = one_standing(db.session, find_round(db.session, round_id), branch_id, now=now())
    stars = drill_down(db.session, found, standing, actor, now=now())
    return detail(found, standing, stars, item_details(db.session, found, standing, actor, now=now()))


@blp.post("/five-star/rounds/<string:round_id>/assessments")
@blp.arguments(AssessSchema)
@blp.response(201, AssessmentSchema)
@refuses(
    "own_branch", "round_closed", "score_above_max", "counted_by_platform", "not_your_indicator", "score_not_allowed"
)
def give_assessment(args: dict[str, Any], round_id: str) -> Response:
    """Score one assessed indicator of a branch, with a reason; an older score stays in the history."""
    return write_json(assess, signed_in(), Assess(round_id=round_id, **args), schema=AssessmentSchema())


@blp.get("/five-star/metrics")
@blp.response(200, MetricPage)
def list_metrics() -> Page[Any]:
    """List the catalogue: what each metric counts, how, its divisor, and whether a scheme may name it."""
    signed_in()
    return Page(tuple(CATALOGUE.values()), None)


@blp.get("/five-star/rounds/<string:round_id>/standings/<string:branch_id>/metrics")
@blp.response(200, FigurePage)
def list_figures(round_id: str, branch_id: str) -> Page[Any]:
    """List every metric's figure of one branch, with what it is divided by."""
    actor = signed_in()
    found, standing = one_standing(db.session, find_round(db.session, round_id), branch_id, now=now())
    return Page(figures(db.session, found, standing, actor, now=now()), None)


@blp.get("/five-star/rounds/<string:round_id>/standings/<string:branch_id>/metrics/<string:key>/rows")
@blp.arguments(PageArgs, location="query")
@blp.response(200, MetricRowPage)
def list_metric_rows(args: dict[str, Any], round_id: str, branch_id: str, key: str) -> Page[EvidenceRow]:
    """List the rows behind one metric of a branch, newest first, as far as the reader may see them."""
    actor, page = signed_in(), page_request(args, str, int)
    found, standing = one_standing(db.session, find_round(db.session, round_id), branch_id, now=now())
    return metric_rows(db.session, found, standing, actor, key, page, now=now()).rows


@blp.get("/five-star/rounds/<string:round_id>/standings/<string:branch_id>/plan")
@blp.response(200, PlanSchema)
def open_plan(round_id: str, branch_id: str) -> Plan:
    """Open a branch's plan: target stars, frozen baseline, items with their state today. Names are for officers."""
    actor, found = signed_in(), find_round(db.session, round_id)
    return plan_of(db.session, found, find_branch(db.session, branch_id), actor, now=now())
