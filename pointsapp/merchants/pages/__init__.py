"""HTML door of merchants: the shop's own pages, its people, and the office's console."""

from pointsapp.merchants.pages import console, offers, people, shop
from pointsapp.merchants.pages.blueprint import bp
from pointsapp.merchants.policies import may_see_console_merchants, may_see_shops

ENTRANCES = (
    ("merchants.show_console_merchants", may_see_console_merchants),
    ("merchants.show_shops", may_see_shops),
)

__all__ = ["ENTRANCES", "bp", "console", "offers", "people", "shop"]
