"""Reads about notices: the list, what a sentence needs, and where else a person is told."""

from pointsapp.notices.queries.addresses import AddressLine, Wishes, addresses_of, own_address, went_out, wishes_of
from pointsapp.notices.queries.listing import NoticeLine, names_of, notices_page, unread_count

__all__ = [
    "AddressLine",
    "NoticeLine",
    "Wishes",
    "addresses_of",
    "names_of",
    "notices_page",
    "own_address",
    "unread_count",
    "went_out",
    "wishes_of",
]
