"""What the worker does for statistics."""

from __future__ import annotations

from pointsapp.statistics.services import close_ended, count_running

JOBS = [("statistics.count_running", 3600, count_running), ("statistics.close_ended", 3600, close_ended)]
