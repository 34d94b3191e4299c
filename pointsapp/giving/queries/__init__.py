"""Reads of giving."""

from pointsapp.giving.queries.funds import (
    FundRow,
    UseRow,
    donations_of,
    donations_page,
    find_fund,
    fund_uses,
    funds,
    last_donation,
)
from pointsapp.giving.queries.gifts import GiftLine, Neighbour, gifts_of, gifts_page, month_of, neighbour

__all__ = [
    "FundRow",
    "GiftLine",
    "Neighbour",
    "UseRow",
    "donations_of",
    "donations_page",
    "find_fund",
    "fund_uses",
    "funds",
    "gifts_of",
    "gifts_page",
    "last_donation",
    "month_of",
    "neighbour",
]
