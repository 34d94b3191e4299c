"""Background work of merging."""

from __future__ import annotations

from pointsapp.merging.services import carry_leftovers

JOBS = [("merging.carry_leftovers", 600, carry_leftovers)]
