"""What changes small good deeds."""

from pointsapp.deeds.services.handing_in import DeedReceipt, HandIn, KeptPicture, hand_in, with_picture, withdraw_deed
from pointsapp.deeds.services.pots import close_pots
from pointsapp.deeds.services.reviews import Approve, Refuse, ReviewReceipt, approve_deed, reject_deed, revoke_deed

__all__ = [
    "Approve",
    "DeedReceipt",
    "HandIn",
    "KeptPicture",
    "Refuse",
    "ReviewReceipt",
    "approve_deed",
    "close_pots",
    "hand_in",
    "reject_deed",
    "revoke_deed",
    "with_picture",
    "withdraw_deed",
]
