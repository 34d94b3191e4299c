"""JSON door of boards."""

from __future__ import annotations

from pointsapp.web.api import api_blueprint

blp = api_blueprint("boards", "Public pages and rankings: reads only.")
