"""The office's months: the list with its filters, and one month with its steps."""

from __future__ import annotations

import re

from flask import render_template, request
from flask_babel import gettext as _

from pointsapp.areas.queries import area_options, require_area
from pointsapp.core.actor import require
from pointsapp.core.clock import local_day, now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.settlements.messages import KINDS_OF_STATE, STATES_TO_FILTER, state_words
from pointsapp.settlements.pages.door import SHOWN, bp, month_parts, the_month
from pointsapp.settlements.policies import checks, console_paths, may_see_console_settlements
from pointsapp.settlements.queries import SettlementRow, SettlementState, months_page, waiting_months
from pointsapp.settlements.rules import months_before
from pointsapp.web.doors import Form
from pointsapp.web.login import signed_in

_MONTH = re.compile(r"\d{4}-\d{2}")
_OFFERED = 12


@bp.get("/console/settlements")
def show_console_settlements() -> str:
    """Show the months of the actor's areas, newest first, with what waits for whom."""
    actor = signed_in()
    require(may_see_console_settlements(actor))
    paths, area = console_paths(actor), request.args.get("area", "")
    chosen = (require_area(db.session, area).path,) if area else paths
    if area and not any(chosen[0].startswith(path) for path in paths):
        chosen = ()
    state, month = request.args.get("state", ""), request.args.get("month", "")
    asked = PageRequest(limit=SHOWN, after=decode_cursor(request.args.get("cursor"), (str, int)))
    page = months_page(
        db.session,
        asked,
        paths=chosen,
        state=SettlementState(state) if state in set(SettlementState) else None,
        month=month if _MONTH.fullmatch(month) else None,
    )
    return render_template(
        "settlements/console_months.html",
        page=page,
        waiting=waiting_months(db.session, actor),
        states=STATES_TO_FILTER,
        state_words=state_words,
        kinds=KINDS_OF_STATE,
        options=area_options(db.session, paths),
        months=months_before(local_day(now()), _OFFERED)[::-1],
        area=area,
        state=state,
        month=month,
    )


@bp.get("/console/settlements/<public_id>")
def show_console_month(public_id: str) -> str:
    """Show one month to the office."""
    return console_month(the_month(public_id))


def console_month(row: SettlementRow, form: Form | None = None, of: str = "") -> str:
    """Return the office's page of a month; who works for the shop has their own."""
    if not checks(signed_in(), row.merchant_id, row.area_path):
        raise NotFound()
    return render_template(
        "settlements/console_month.html",
        **month_parts(row, form, of),
        title=_("%(shop)s的月结", shop=row.merchant_name),
    )
