"""JSON door of people."""

from __future__ import annotations

from pointsapp.web.api import api_blueprint

blp = api_blueprint("people", "People: joining, signing in, roles, one-time codes, API tokens.")
