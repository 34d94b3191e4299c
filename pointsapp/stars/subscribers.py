"""Whom stars listens to. It hears of work only by event rows and never imports tasks or check-in."""

from __future__ import annotations

from pointsapp.stars.services import collect_correction, collect_credit, collect_task

SUBSCRIBERS = [
    ("checkin.credited", "stars.evidence", collect_credit),
    ("checkin.corrected", "stars.evidence", collect_correction),
    ("tasks.closed", "stars.evidence", collect_task),
]
