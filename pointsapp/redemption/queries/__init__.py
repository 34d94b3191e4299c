"""Reads about vouchers, the till's day, refused scans and what was out of stock."""

from pointsapp.redemption.models import ShortageChoice, ShortageState
from pointsapp.redemption.queries.issuing import IssueLook, LiveTerms, issue_look, own_count
from pointsapp.redemption.queries.shortages import (
    ScanRow,
    ShortageRow,
    newest_shortage,
    out_today,
    refused_scans,
    shortage_by_public_id,
    shortages_between,
    waiting_for_choice,
)
from pointsapp.redemption.queries.till import (
    CODE_REPLACED,
    DayTotal,
    RedemptionRow,
    day_page,
    day_total,
    no_voucher,
    read_code,
    redemption_by_public_id,
    replaced,
    till_voucher,
    was_replaced,
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
    "CODE_REPLACED",
    "DayTotal",
    "IssueLook",
    "LiveTerms",
    "OfferCard",
    "OfferRef",
    "RedemptionRow",
    "ScanRow",
    "ShortageChoice",
    "ShortageRow",
    "ShortageState",
    "VoucherView",
    "as_card",
    "balance_of",
    "day_page",
    "day_total",
    "issue_look",
    "newest_shortage",
    "no_voucher",
    "offer_cards",
    "out_today",
    "own_count",
    "read_code",
    "redemption_by_public_id",
    "refused_scans",
    "replaced",
    "shortage_by_public_id",
    "shortages_between",
    "till_voucher",
    "voucher_by_code",
    "voucher_by_public_id",
    "vouchers_page",
    "waiting_for_choice",
    "was_replaced",
]
