"""JSON door of rewards."""

from __future__ import annotations

from pointsapp.web.api import api_blueprint

blp = api_blueprint("rewards", "Point rules as versioned data, caps, budgets.")
