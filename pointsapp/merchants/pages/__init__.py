"""HTML door of merchants: the shop's own pages, its people, and the office's console."""

from pointsapp.merchants.pages import console, offers, people, shop
from pointsapp.merchants.pages.blueprint import bp

__all__ = ["bp", "console", "offers", "people", "shop"]
