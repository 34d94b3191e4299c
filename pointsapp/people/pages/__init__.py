"""HTML door of people: signing in, joining, the profile, and the staff's desk."""

from __future__ import annotations

from pointsapp.people.pages import codes, deputies, desk, joining, looks, profile, signing_in, view
from pointsapp.people.pages.door import bp
from pointsapp.people.policies import may_see_people

ENTRANCES = (("people.show_console_people", may_see_people),)

__all__ = ["ENTRANCES", "bp", "codes", "deputies", "desk", "joining", "looks", "profile", "signing_in", "view"]
