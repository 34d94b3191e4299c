"""JSON door of statistics: the periods that were counted, and an area's figures of one."""

from __future__ import annotations

from typing import Any

from pointsapp.areas.queries import find_area
from pointsapp.core.actor import require
from pointsapp.core.clock import local_day, now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page
from pointsapp.statistics.policies import READERS, may_read_statistics
from pointsapp.statistics.queries import ClosedPeriod, area_page, closed_periods
from pointsapp.statistics.rules import periods_of
from pointsapp.statistics.schemas import AreaStatisticsSchema, ClosedPeriodSchema, PeriodArgs
from pointsapp.web.api import api_blueprint, refuses
from pointsapp.web.guard import public
from pointsapp.web.login import signed_in
from pointsapp.web.schemas import PageArgs, page_request, page_schema

blp = api_blueprint("statistics", "Counted figures by area and period: sums only, no person.")


@blp.get("/statistics/periods")
@public("a digest that anybody keeps shows later whether the sheet is still the same")
@blp.arguments(PageArgs, location="query")
@blp.response(200, page_schema(ClosedPeriodSchema))
def list_periods(args: dict[str, Any]) -> Page[ClosedPeriod]:
    """List the periods that are closed with the digest of each sheet, the newest first."""
    return closed_periods(db.session, page_request(args, str, str))


@blp.get("/areas/<area_id>/statistics")
@blp.arguments(PeriodArgs, location="query")
@blp.response(200, AreaStatisticsSchema)
@refuses("not_allowed")
def read_statistics(args: dict[str, str | None], area_id: str) -> dict[str, Any]:
    """Read an area's figures with each area right below; `area_id` is an id or a code within one's remit."""
    actor = signed_in()
    require(may_read_statistics(actor))
    area = find_area(db.session, area_id)
    if area is None or not actor.holds(READERS, area.path):
        raise NotFound()
    page = area_page(db.session, args["period"] or periods_of(local_day(now()))[0].key, area)
    return {
        "period": page.counted.period.key,
        "is_closed": page.counted.is_closed,
        "cut_off": page.counted.cut_off,
        "counted_at": page.counted.counted_at,
        "digest": page.digest,
        "period_digest": page.counted.digest,
        "area": page.sums.area,
        "total": page.sums.total,
        "own": page.sums.own,
        "below": [{"area": one, "figures": figures} for one, figures in page.sums.below],
    }
