"""Everything that changes a voucher, a redemption or a settlement."""

from pointsapp.redemption.services.endings import cancel_voucher, expire_due
from pointsapp.redemption.services.issuing import issue_voucher
from pointsapp.redemption.services.settlements import (
    ConfirmSettlement,
    confirm_settlement,
    open_settlement,
    open_settlements,
)
from pointsapp.redemption.services.till import Redeemed, ReverseRedemption, redeem, reverse_redemption

__all__ = [
    "ConfirmSettlement",
    "Redeemed",
    "ReverseRedemption",
    "cancel_voucher",
    "confirm_settlement",
    "expire_due",
    "issue_voucher",
    "open_settlement",
    "open_settlements",
    "redeem",
    "reverse_redemption",
]
