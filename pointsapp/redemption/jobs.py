"""What the worker does for redemption: expire vouchers."""

from __future__ import annotations

from pointsapp.redemption.services import expire_due

JOBS = [
    ("redemption.expire_vouchers", 30, expire_due),
]
