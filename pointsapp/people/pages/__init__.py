"""HTML door of people: signing in, joining, the profile, and the staff's desk."""

from __future__ import annotations

from pointsapp.people.pages import codes, deputies, desk, joining, looks, profile, signing_in, view
from pointsapp.people.pages.door import bp

__all__ = ["bp", "codes", "deputies", "desk", "joining", "looks", "profile", "signing_in", "view"]
