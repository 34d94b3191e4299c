"""What the worker does for medals."""

from __future__ import annotations

from pointsapp.badges.services import award_medals

JOBS = [("badges.award_medals", 300, award_medals)]
