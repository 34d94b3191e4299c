"""JSON door of tasks."""

from __future__ import annotations

from pointsapp.web.api import api_blueprint

blp = api_blueprint("tasks", "Tasks, shifts, sign-ups, waiting list.")
