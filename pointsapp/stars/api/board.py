"""Rounds, standings, drill-down, metrics, schemes and branches as JSON."""

from __future__ import annotations

from typing import Any

from flask import Response

from pointsapp.areas.queries import require_area
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.paging import Page
from pointsapp.stars.api.door import blp
from pointsapp.stars.pages.showing import note_rows, note_stars
from pointsapp.stars.queries import (
    CATALOGUE,
    BranchItem,
    EvidenceRow,
    Plan,
    RoundRow,
    TrendPoint,
    branch_item,
    branches_page,
    drill_down,
    figures,
    find_branch,
    find_round,
    item_details,
    look_at_branch,
    metric_rows,
    next_stars,
    one_standing,
    plan_of,
    radar,
    ready,
    rounds_page,
    shown_page,
    shows_ranks,
    trend,
)
from pointsapp.stars.schemas import (
    AssessmentSchema,
    AssessSchema,
    BranchArgs,
    BranchItemSchema,
    BranchPage,
    FigurePage,
    LackPage,
    MetricPage,
    MetricRowPage,
    PlanSchema,
    RadarSchema,
    RoundDetailSchema,
    RoundPage,
    SchemeSchema,
    StandingArgs,
    StandingDetailSchema,
    StandingPage,
    TierPage,
    TrendPage,
    detail,
    examples,
    lack_item,
    radar_item,
    round_detail,
    scheme_in_words,
    standings_answer,
    tier_items,
)
from pointsapp.stars.services import Assess, assess
from pointsapp.web.api import refuses
from pointsapp.web.doors import signed_in, write_json
from pointsapp.web.schemas import PageArgs, page_request


@blp.get("/five-star/rounds")
@blp.arguments(PageArgs, location="query")
@blp.response(200, RoundPage, example=examples.ROUNDS)
def list_rounds(args: dict[str, Any]) -> Page[RoundRow]:
    """List rounds, the newest first."""
    signed_in()
    return rounds_page(db.session, page_request(args, int))


@blp.get("/five-star/rounds/<string:round_id>/standings")
@blp.arguments(StandingArgs, location="query")
@blp.response(200, StandingPage, example=examples.STANDINGS)
def list_standings(args: dict[str, Any], round_id: str) -> Response:
    """List the branches of a round, best first; equal totals share a rank. Without ranks: tier by tier, by code inside a tier."""
    signed_in()
    found, has_ranks = find_round(db.session, round_id), shows_ranks(db.session, now=now())
    standing = ready(db.session, found, now=now())
    asked = page_request(args, int, str)
    page = shown_page(found.scheme, standing, asked, has_ranks=has_ranks, tier=args["tier"])
    return Response(standings_answer(page, has_ranks=has_ranks), mimetype="application/json")


@blp.get("/five-star/rounds/<string:round_id>/standings/<string:branch_id>")
@blp.response(200, StandingDetailSchema)
def open_standing(round_id: str, branch_id: str) -> dict[str, Any]:
    """Open one branch: stars, indicators, inputs, and as many rows behind them as the reader may see."""
    actor = signed_in()
    found, standing = one_standing(db.session, find_round(db.session, round_id), branch_id, now=now())
    stars = drill_down(db.session, found, standing, actor, now=now())
    note_stars(actor, found, standing.branch, stars)
    items = item_details(db.session, found, standing, actor, now=now())
    return detail(found, standing, stars, items, has_ranks=shows_ranks(db.session, now=now()))


@blp.post("/five-star/rounds/<string:round_id>/assessments")
@blp.arguments(AssessSchema)
@blp.response(201, AssessmentSchema)
@refuses(
    "own_branch",
    "round_closed",
    "round_published",
    "score_above_max",
    "counted_by_platform",
    "not_your_indicator",
    "score_not_allowed",
    "scored_by_panel",
)
def give_assessment(args: dict[str, Any], round_id: str) -> Response:
    """Score one assessed indicator of a branch, with a reason; an older score stays in the history."""
    return write_json(assess, signed_in(), Assess(round_id=round_id, **args), schema=AssessmentSchema())


@blp.get("/five-star/metrics")
@blp.response(200, MetricPage, example=examples.METRICS)
def list_metrics() -> Page[Any]:
    """List the catalogue: what each metric counts, how, its divisor, and whether a scheme may name it."""
    signed_in()
    return Page(tuple(CATALOGUE.values()), None)


@blp.get("/five-star/rounds/<string:round_id>/standings/<string:branch_id>/metrics")
@blp.response(200, FigurePage, example=examples.FIGURES)
def list_figures(round_id: str, branch_id: str) -> Page[Any]:
    """List every metric's figure of one branch, with what it is divided by."""
    actor = signed_in()
    found, standing = one_standing(db.session, find_round(db.session, round_id), branch_id, now=now())
    return Page(figures(db.session, found, standing, actor, now=now()), None)


@blp.get("/five-star/rounds/<string:round_id>/standings/<string:branch_id>/metrics/<string:key>/rows")
@blp.arguments(PageArgs, location="query")
@blp.response(200, MetricRowPage, example=examples.METRIC_ROWS)
def list_metric_rows(args: dict[str, Any], round_id: str, branch_id: str, key: str) -> Page[EvidenceRow]:
    """List the rows behind one metric of a branch, newest first, as far as the reader may see them."""
    actor, page = signed_in(), page_request(args, str, int)
    found, standing = one_standing(db.session, find_round(db.session, round_id), branch_id, now=now())
    shown = metric_rows(db.session, found, standing, actor, key, page, now=now())
    note_rows(actor, found, standing.branch, shown.rows.items, members_only=shown.metric.shows_members)
    return shown.rows


@blp.get("/five-star/rounds/<string:round_id>/standings/<string:branch_id>/plan")
@blp.response(200, PlanSchema)
def open_plan(round_id: str, branch_id: str) -> Plan:
    """Open a branch's plan: target stars, frozen baseline, items with their state today. Names are for officers."""
    actor, found = signed_in(), find_round(db.session, round_id)
    return plan_of(db.session, found, find_branch(db.session, branch_id), actor, now=now())


@blp.get("/five-star/rounds/<string:round_id>")
@blp.response(200, RoundDetailSchema, example=examples.ROUND)
def open_round(round_id: str) -> dict[str, Any]:
    """Open a round: its days, how many branches take part and how many stars they lit together, whether boards show ranks."""
    signed_in()
    found, moment = find_round(db.session, round_id), now()
    standing = ready(db.session, found, now=moment)
    return round_detail(found, standing, found.days_gone(moment), has_ranks=shows_ranks(db.session, now=moment))


@blp.get("/five-star/rounds/<string:round_id>/scheme")
@blp.response(200, SchemeSchema, example=examples.SCHEME)
def open_scheme(round_id: str) -> dict[str, Any]:
    """Say how stars are counted in a round: stars, indicators with their rule in words, items, tiers."""
    signed_in()
    return scheme_in_words(find_round(db.session, round_id).scheme)


@blp.get("/five-star/rounds/<string:round_id>/tiers")
@blp.response(200, TierPage, example=examples.TIERS)
def list_tiers(round_id: str) -> Page[dict[str, Any]]:
    """List the tiers of a round, the best first, with what each asks for and how many branches are in it."""
    signed_in()
    found = find_round(db.session, round_id)
    return Page(tier_items(found.scheme, ready(db.session, found, now=now()).rows), None)


@blp.get("/five-star/rounds/<string:round_id>/standings/<string:branch_id>/next-stars")
@blp.response(200, LackPage, example=examples.NEXT_STARS)
def list_next_stars(round_id: str, branch_id: str) -> Page[dict[str, Any]]:
    """List what each unlit star that the branch aims for lacks, the nearest first; nothing once the round is over."""
    signed_in()
    found, standing = one_standing(db.session, find_round(db.session, round_id), branch_id, now=now())
    return Page(tuple(lack_item(one) for one in next_stars(found, standing, now=now())), None)


@blp.get("/five-star/rounds/<string:round_id>/standings/<string:branch_id>/median")
@blp.response(200, RadarSchema, example=examples.RADAR)
def open_median(round_id: str, branch_id: str) -> dict[str, Any]:
    """Show each star of a branch in percent of its maximum, beside the median of the branches of its street."""
    signed_in()
    found, standing = one_standing(db.session, find_round(db.session, round_id), branch_id, now=now())
    street = look_at_branch(db.session, standing.branch.public_id, now=now()).street
    return radar_item(radar(standing, ready(db.session, found, now=now()).rows, street))


@blp.get("/five-star/branches")
@blp.arguments(BranchArgs, location="query")
@blp.response(200, BranchPage, example=examples.BRANCHES)
def list_branches(args: dict[str, Any]) -> Page[BranchItem]:
    """List branches by code, of an area and below, or whose name or code holds a text."""
    signed_in()
    area = require_area(db.session, args["area"]) if args["area"] else None
    return branches_page(db.session, page_request(args, str), area=area, text=args["q"] or "")


@blp.get("/five-star/branches/<string:branch_id>")
@blp.response(200, BranchItemSchema)
def open_branch(branch_id: str) -> BranchItem:
    """Open a branch: its kind, its area and the branch above it."""
    signed_in()
    return branch_item(db.session, branch_id)


@blp.get("/five-star/branches/<string:branch_id>/trend")
@blp.response(200, TrendPage, example=examples.TREND)
def list_trend(branch_id: str) -> Page[TrendPoint]:
    """List how a branch stood in the last eight rounds it took part in, the oldest first."""
    signed_in()
    return Page(trend(db.session, find_branch(db.session, branch_id), now=now()), None)
