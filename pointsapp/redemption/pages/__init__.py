"""HTML door of redemption: the shop window, the voucher pack, the till, and what the till does not have."""

from pointsapp.redemption.pages import missing, pack, picture, till, window
from pointsapp.redemption.pages.blueprint import bp
from pointsapp.redemption.policies import may_use_till

ENTRANCES = (("redemption.show_till", may_use_till),)

__all__ = ["ENTRANCES", "bp", "missing", "pack", "picture", "till", "window"]
