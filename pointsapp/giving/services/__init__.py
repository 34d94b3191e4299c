"""What changes funds, donations and gifts."""

from pointsapp.giving.services.donations import Donate, DonationReceipt, donate
from pointsapp.giving.services.funds import FundReceipt, OpenFund, TellUse, close_fund, open_fund, tell_use
from pointsapp.giving.services.gifts import GiftReceipt, GivePoints, give_points, limits_now

__all__ = [
    "Donate",
    "DonationReceipt",
    "FundReceipt",
    "GiftReceipt",
    "GivePoints",
    "OpenFund",
    "TellUse",
    "close_fund",
    "donate",
    "give_points",
    "limits_now",
    "open_fund",
    "tell_use",
]
