"""Background work of people."""

from __future__ import annotations

from pointsapp.people.services.signing_in import forget_old_failures

JOBS = [("people.forget_old_failures", 3600, forget_old_failures)]
