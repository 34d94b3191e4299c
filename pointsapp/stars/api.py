"""JSON door of stars."""

from __future__ import annotations

from pointsapp.web.api import api_blueprint

blp = api_blueprint("stars", "Five-star schemes, branches, rounds, standings.")
