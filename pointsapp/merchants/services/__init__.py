"""Everything that changes a merchant, its people or its offers."""

from pointsapp.merchants.services.decisions import RejectOffer, approve_offer, reject_offer
from pointsapp.merchants.services.invitations import (
    AcceptedInvitation,
    InviteToMerchant,
    accept_invitation,
    invite,
    remove_person,
    revoke_invitation,
)
from pointsapp.merchants.services.offers import CreateOffer, EditOffer, create_offer, edit_offer, withdraw_offer
from pointsapp.merchants.services.places import (
    ChangeMerchant,
    ImportedMerchants,
    MerchantDraft,
    PauseMerchant,
    RegisterMerchant,
    change_merchant,
    import_merchants,
    pause_merchant,
    register_merchant,
    resume_merchant,
)
from pointsapp.merchants.services.stock import TAKE_ONE, GivenBack, give_back

__all__ = [
    "TAKE_ONE",
    "AcceptedInvitation",
    "ChangeMerchant",
    "CreateOffer",
    "EditOffer",
    "GivenBack",
    "ImportedMerchants",
    "InviteToMerchant",
    "MerchantDraft",
    "PauseMerchant",
    "RegisterMerchant",
    "RejectOffer",
    "accept_invitation",
    "approve_offer",
    "change_merchant",
    "create_offer",
    "edit_offer",
    "give_back",
    "import_merchants",
    "invite",
    "pause_merchant",
    "register_merchant",
    "reject_offer",
    "remove_person",
    "resume_merchant",
    "revoke_invitation",
    "withdraw_offer",
]
