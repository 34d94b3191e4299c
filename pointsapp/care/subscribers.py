"""What care hears: a place offered or given to somebody who waited is told to those who may act for them, too."""

from __future__ import annotations

from pointsapp.care.services import TOLD_TO_HELPERS, tell_helpers

SUBSCRIBERS = [(kind, "care.tell_helpers", tell_helpers) for kind in TOLD_TO_HELPERS]
