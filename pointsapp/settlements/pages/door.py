"""What the pages of settlements share: the blueprint, and one month with what this person may do to it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from pointsapp.core import policy
from pointsapp.core.clock import local_day, now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.settlements.messages import KINDS_OF_STATE, state_words
from pointsapp.settlements.policies import CONFIRM_DAYS, approves, checks, confirms_for_shop, may_read_month
from pointsapp.settlements.queries import SettlementRow, SettlementState, lines_page, owed_before, settlement_row
from pointsapp.settlements.rules import shop_had_its_time
from pointsapp.web.doors import Form
from pointsapp.web.login import signed_in

bp = Blueprint("settlements", __name__)

SHOWN = 40


def the_month(public_id: str) -> SettlementRow:
    """Return the month for the shop's people and the office; for others it has no such page."""
    row, actor = settlement_row(db.session, public_id), signed_in()
    if row is None or not may_read_month(actor, row.merchant_id, row.area_path):
        raise NotFound()
    return row


def month_parts(row: SettlementRow, form: Form | None = None, of: str = "") -> dict[str, Any]:
    """Return what a month's page shows; `form` was typed into the step or line called `of`."""
    asked = PageRequest(limit=SHOWN, after=decode_cursor(request.args.get("cursor"), (int,)))
    disputed_only = request.args.get("lines") == "disputed"
    return {
        "row": row,
        "page": lines_page(db.session, row.id, asked, disputed_only=disputed_only),
        "disputed_only": disputed_only,
        "owed": owed_before(db.session, row),
        "state_words": state_words,
        "kinds": KINDS_OF_STATE,
        "may": _may(row),
        "today": local_day(now()),
        "form": form,
        "of": of,
    }


def _may(row: SettlementRow) -> dict[str, bool]:
    """Say which steps this person may take now."""
    actor, state = signed_in(), row.state
    is_shop = confirms_for_shop(actor, row.merchant_id)
    is_office = checks(actor, row.merchant_id, row.area_path)
    is_street = approves(actor, row.merchant_id, row.area_path)
    is_draft = state is SettlementState.DRAFT
    is_late = is_draft and shop_had_its_time(
        row.opened_at, row.returned_at, policy.value(db.session, CONFIRM_DAYS, now=now()), now()
    )
    is_answered = row.open_lines == 0
    return {
        "dispute": is_shop and is_draft,
        "answer": is_office and is_draft,
        "confirm": is_shop and is_draft and is_answered,
        "check": is_office and is_answered and (state is SettlementState.CONFIRMED or is_late),
        "check_late": is_late,
        "approve": is_street and state is SettlementState.CHECKED and row.checked_by_id != actor.person_id,
        "another_approves": is_street and state is SettlementState.CHECKED and row.checked_by_id == actor.person_id,
        "return": (is_office and state is SettlementState.CONFIRMED)
        or (is_street and state is SettlementState.CHECKED),
        "pay": is_office
        and state is SettlementState.APPROVED
        and row.total_fen != 0
        and row.approved_by_id != actor.person_id,
        "another_pays": is_office
        and state is SettlementState.APPROVED
        and row.total_fen != 0
        and row.approved_by_id == actor.person_id,
    }
