"""Reads of the first pages, put together from the features below."""

from pointsapp.home.queries.access import Glance, glances_at
from pointsapp.home.queries.console import ConsoleToday, console_today
from pointsapp.home.queries.deliveries import GivenUp, given_up_page
from pointsapp.home.queries.figures import PERIODS, Figures, figures
from pointsapp.home.queries.front import FrontPage, OfferLine, Today, front_page
from pointsapp.home.queries.hours import HoursLine, HoursPage, hours_page
from pointsapp.home.queries.me import Me, MyPage, my_page, who_am_i
from pointsapp.home.queries.nearby import Community
from pointsapp.home.queries.settings import (
    PolicyLine,
    SettingsPage,
    named_policy,
    policy_history,
    policy_line,
    settings_page,
)

__all__ = [
    "PERIODS",
    "Community",
    "ConsoleToday",
    "Figures",
    "FrontPage",
    "GivenUp",
    "Glance",
    "HoursLine",
    "HoursPage",
    "Me",
    "MyPage",
    "OfferLine",
    "PolicyLine",
    "SettingsPage",
    "Today",
    "console_today",
    "figures",
    "front_page",
    "given_up_page",
    "glances_at",
    "hours_page",
    "my_page",
    "named_policy",
    "policy_history",
    "policy_line",
    "settings_page",
    "who_am_i",
]
