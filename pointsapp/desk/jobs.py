"""Background work of the desk."""

from __future__ import annotations

from pointsapp.desk.services import climb_due

JOBS = [("desk.climb_due", 900, climb_due)]
