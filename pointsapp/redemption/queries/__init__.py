"""Reads about vouchers, the till's day and settlements."""

from pointsapp.redemption.queries.issuing import IssueLook, LiveTerms, issue_look, own_count
from pointsapp.redemption.queries.settlements import (
    SettlementRow,
    settlement_row,
    settlements_of,
    standing_lines,
)
from pointsapp.redemption.queries.till import (
    DayTotal,
    RedemptionRow,
    day_page,
    day_total,
    read_code,
    redemption_by_public_id,
    till_voucher,
)
from pointsapp.redemption.queries.vouchers import (
    OfferRef,
    VoucherView,
    voucher_by_code,
    voucher_by_public_id,
    vouchers_page,
)
from pointsapp.redemption.queries.window import OfferCard, as_card, balance_of, offer_cards

__all__ = [
    "DayTotal",
    "IssueLook",
    "LiveTerms",
    "OfferCard",
    "OfferRef",
    "RedemptionRow",
    "SettlementRow",
    "VoucherView",
    "as_card",
    "balance_of",
    "day_page",
    "day_total",
    "issue_look",
    "offer_cards",
    "own_count",
    "read_code",
    "redemption_by_public_id",
    "settlement_row",
    "settlements_of",
    "standing_lines",
    "till_voucher",
    "voucher_by_code",
    "voucher_by_public_id",
    "vouchers_page",
]
