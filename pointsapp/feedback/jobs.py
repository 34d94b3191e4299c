"""What the worker does for feedback."""

from __future__ import annotations

from pointsapp.feedback.services import climb_overdue, close_answered

JOBS = [("feedback.climb_overdue", 600, climb_overdue), ("feedback.close_answered", 3600, close_answered)]
