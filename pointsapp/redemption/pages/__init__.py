"""HTML door of redemption: the shop window, the voucher pack, the till, and what the till does not have."""

from pointsapp.redemption.pages import missing, pack, picture, till, window
from pointsapp.redemption.pages.blueprint import bp

__all__ = ["bp", "missing", "pack", "picture", "till", "window"]
