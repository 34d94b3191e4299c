"""JSON door of redemption."""

from __future__ import annotations

from pointsapp.web.api import api_blueprint

blp = api_blueprint("redemption", "Vouchers, the till, settlements.")
