"""The bank's study: pure sums about lots and claims, and the arithmetic of seals (in `seals`)."""

from pointsapp.ledger.rules.lots import RETURNED_LIVE_AT_LEAST, plan_lots, returned_expiry, set_off_amount

__all__ = ["RETURNED_LIVE_AT_LEAST", "plan_lots", "returned_expiry", "set_off_amount"]
