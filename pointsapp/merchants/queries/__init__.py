"""Reads about merchants, their people and their offers."""

from pointsapp.merchants.queries.offers import (
    OfferFilter,
    OfferView,
    TermsView,
    count_to_decide,
    offer_view,
    offers_of_merchant,
    offers_page,
    offers_to_decide,
    window_page,
)
from pointsapp.merchants.queries.places import (
    MerchantCard,
    MerchantRow,
    card_of,
    find_merchant,
    merchant_by_id,
    merchants_by_codes,
    merchants_of,
    merchants_page,
    require_merchant,
)
from pointsapp.merchants.queries.staffing import (
    InvitationRow,
    MerchantPerson,
    invitation_by_code,
    invitation_by_public_id,
    open_invitations,
    people_of,
    workers,
)
from pointsapp.merchants.queries.window import OpenOffer, open_offers

__all__ = [
    "InvitationRow",
    "MerchantCard",
    "MerchantPerson",
    "MerchantRow",
    "OfferFilter",
    "OfferView",
    "OpenOffer",
    "TermsView",
    "card_of",
    "count_to_decide",
    "find_merchant",
    "invitation_by_code",
    "invitation_by_public_id",
    "merchant_by_id",
    "merchants_by_codes",
    "merchants_of",
    "merchants_page",
    "offer_view",
    "offers_of_merchant",
    "offers_page",
    "offers_to_decide",
    "open_invitations",
    "open_offers",
    "people_of",
    "require_merchant",
    "window_page",
    "workers",
]
