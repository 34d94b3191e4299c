"""Reads of small good deeds."""

from pointsapp.deeds.queries.alike import Alike, alike_ids, look_alike, own_same_picture
from pointsapp.deeds.queries.deeds import (
    DeedRow,
    ReviewRow,
    close_pairs,
    close_to,
    deed_for,
    deeds_page,
    handed_in_since,
    home_community,
    my_deeds_page,
    reviews_of,
    waiting_count,
)
from pointsapp.deeds.queries.limits import Standing, limits_now, reviewing_now, standing_of
from pointsapp.deeds.queries.pictures import named_pictures, picture_of

__all__ = [
    "Alike",
    "DeedRow",
    "ReviewRow",
    "Standing",
    "alike_ids",
    "close_pairs",
    "close_to",
    "deed_for",
    "deeds_page",
    "handed_in_since",
    "home_community",
    "limits_now",
    "look_alike",
    "my_deeds_page",
    "named_pictures",
    "own_same_picture",
    "picture_of",
    "reviewing_now",
    "reviews_of",
    "standing_of",
    "waiting_count",
]
