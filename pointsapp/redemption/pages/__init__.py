"""HTML door of redemption: the shop window, the voucher pack, the till."""

from pointsapp.redemption.pages import pack, till, window
from pointsapp.redemption.pages.blueprint import bp

__all__ = ["bp", "pack", "till", "window"]
