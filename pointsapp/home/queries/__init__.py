"""Reads of the first pages, put together from the features below."""

from pointsapp.home.queries.front import Community, FrontPage, OfferLine, Today, front_page
from pointsapp.home.queries.hours import HoursLine, HoursPage, hours_page
from pointsapp.home.queries.me import Me, MyPage, my_page, who_am_i

__all__ = [
    "Community",
    "FrontPage",
    "HoursLine",
    "HoursPage",
    "Me",
    "MyPage",
    "OfferLine",
    "Today",
    "front_page",
    "hours_page",
    "my_page",
    "who_am_i",
]
