"""What changes about the desk."""

from pointsapp.desk.services.climbing import climb_due
from pointsapp.desk.services.reaching import CHANGES, ToldReceipt, hear_change, mark_told, open_phones

__all__ = ["CHANGES", "ToldReceipt", "climb_due", "hear_change", "mark_told", "open_phones"]
