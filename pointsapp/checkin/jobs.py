"""What the worker does for check-in."""

from __future__ import annotations

from pointsapp.checkin.services import cut_off_due

JOBS = [("checkin.cut_off_due", 60, cut_off_due)]
