"""What care hears: a place offered to somebody is told to those who may take it for them, too."""

from __future__ import annotations

from pointsapp.care.services import tell_helpers

SUBSCRIBERS = [("tasks.place_offered", "care.tell_helpers", tell_helpers)]
