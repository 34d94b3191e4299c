"""JSON door of checkin."""

from __future__ import annotations

from pointsapp.web.api import api_blueprint

blp = api_blueprint("checkin", "Venue codes, scans, attendance, corrections.")
