"""JSON door of home."""

from __future__ import annotations

from pointsapp.web.api import api_blueprint

blp = api_blueprint("home", "The first page of each role, and a person's own pages.")
