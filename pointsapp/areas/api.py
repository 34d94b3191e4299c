"""JSON door of areas."""

from __future__ import annotations

from pointsapp.web.api import api_blueprint

blp = api_blueprint("areas", "The area tree: who is below whom, and where a code leads.")
