"""JSON door of rewards: one's own points, and the budgets behind them."""

from __future__ import annotations

from typing import Any

from flask import Response

from pointsapp.areas.queries import require_area
from pointsapp.core.actor import require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.paging import Page
from pointsapp.ledger.queries import EntryLine, PersonPoints, entries_page, person_points
from pointsapp.rewards.policies import budget_paths, may_see_budget, may_see_budgets
from pointsapp.rewards.queries import BudgetLine, budgets_page
from pointsapp.rewards.schemas import (
    BudgetArgs,
    BudgetPageSchema,
    EntryPageSchema,
    GrantReceiptSchema,
    GrantSchema,
    PersonPointsSchema,
)
from pointsapp.rewards.services import GrantBudget, grant_budget
from pointsapp.web.api import api_blueprint, refuses
from pointsapp.web.doors import write_json
from pointsapp.web.login import signed_in
from pointsapp.web.schemas import PageArgs, page_request

blp = api_blueprint("rewards", "Point rules as versioned data, caps, budgets.")


@blp.get("/me/points")
@blp.response(200, PersonPointsSchema)
def show_my_points() -> PersonPoints:
    """Read one's points book in figures."""
    return person_points(db.session, signed_in().person_id, now=now())


@blp.get("/me/points/entries")
@blp.arguments(PageArgs, location="query")
@blp.response(200, EntryPageSchema)
def list_my_entries(args: dict[str, Any]) -> Page[EntryLine]:
    """List every change of what can be spent, newest first, each with its rule and the steps of the sum."""
    return entries_page(db.session, signed_in().person_id, page_request(args, int))


@blp.get("/budgets")
@blp.arguments(BudgetArgs, location="query")
@blp.response(200, BudgetPageSchema)
@refuses("not_allowed")
def list_budgets(args: dict[str, Any]) -> Page[BudgetLine]:
    """List the budgets of the areas one is staff of."""
    actor = signed_in()
    require(may_see_budgets(actor))
    area = require_area(db.session, args["area"]) if args["area"] else None
    require(area is None or may_see_budget(actor, area.path))
    path = area.path if area else None
    return budgets_page(db.session, budget_paths(actor), path, page_request(args, str), now=now())


@blp.post("/budget-grants")
@blp.arguments(GrantSchema)
@blp.response(201, GrantReceiptSchema)
@refuses("not_allowed")
def give_budget(command: GrantBudget) -> Response:
    """Grant an area points to spend on its people's work."""
    return write_json(grant_budget, signed_in(), command, schema=GrantReceiptSchema())
