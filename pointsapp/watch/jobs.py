"""What the worker does for watch."""

from __future__ import annotations

from pointsapp.watch.services import look_around

JOBS = [("watch.look_around", 300, look_around)]
