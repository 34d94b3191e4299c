"""What check-in hears: a stopped shift closes everybody who is still present."""

from __future__ import annotations

from pointsapp.checkin.services import close_stopped

SUBSCRIBERS = [("tasks.shift_stopped", "checkin.close_stopped", close_stopped)]
