"""Everything that changes a voucher or a redemption."""

from pointsapp.redemption.services.annulment import annul_redemption
from pointsapp.redemption.services.endings import cancel_voucher, expire_due
from pointsapp.redemption.services.issuing import issue_voucher
from pointsapp.redemption.services.owners import cancel_open, open_vouchers, replace_codes
from pointsapp.redemption.services.shortages import (
    ChooseAfterShortage,
    ReportShortage,
    choose_after_shortage,
    report_shortage,
    undo_for_shortage,
    withdraw_shortage,
)
from pointsapp.redemption.services.till import (
    Redeemed,
    ReverseRedemption,
    look_to_redeem,
    redeem,
    refusal_at_till,
    reverse_redemption,
)

__all__ = [
    "ChooseAfterShortage",
    "Redeemed",
    "ReportShortage",
    "ReverseRedemption",
    "annul_redemption",
    "cancel_open",
    "cancel_voucher",
    "choose_after_shortage",
    "expire_due",
    "issue_voucher",
    "look_to_redeem",
    "open_vouchers",
    "redeem",
    "refusal_at_till",
    "replace_codes",
    "report_shortage",
    "reverse_redemption",
    "undo_for_shortage",
    "withdraw_shortage",
]
