"""JSON door of merchants."""

from __future__ import annotations

from pointsapp.web.api import api_blueprint

blp = api_blueprint("merchants", "Merchants, their people, and their offers.")
