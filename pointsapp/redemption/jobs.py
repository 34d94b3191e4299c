"""What the worker does for redemption: expire vouchers, open last month's settlements."""

from __future__ import annotations

from pointsapp.redemption.services import expire_due, open_settlements

JOBS = [
    ("redemption.expire_vouchers", 30, expire_due),
    ("redemption.open_settlements", 3600, open_settlements),
]
