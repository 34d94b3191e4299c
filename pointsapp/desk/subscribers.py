"""Whom a change concerns is put on its reach list as the change is heard."""

from __future__ import annotations

from pointsapp.desk.services import CHANGES, hear_change

SUBSCRIBERS = [(kind, "desk.reach", hear_change) for kind in CHANGES]
