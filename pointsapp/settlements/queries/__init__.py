"""Reads about months: a shop's, an office's, one with its lines."""

from pointsapp.settlements.models import SettlementState
from pointsapp.settlements.queries.lines import LineRow, each_line, line_by_public_id, lines_page, sums_of
from pointsapp.settlements.queries.months import (
    SettlementRow,
    Waiting,
    months_page,
    owed_before,
    settlement_row,
    settlements_of,
    shop_months_page,
    waiting_months,
)

__all__ = [
    "LineRow",
    "SettlementRow",
    "SettlementState",
    "Waiting",
    "each_line",
    "line_by_public_id",
    "lines_page",
    "months_page",
    "owed_before",
    "settlement_row",
    "settlements_of",
    "shop_months_page",
    "sums_of",
    "waiting_months",
]
