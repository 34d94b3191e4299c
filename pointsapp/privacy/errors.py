"""Refusals of privacy."""

from __future__ import annotations

from pointsapp.core.errors import Conflict, TooMany


class RolesHeld(Conflict):
    """Who holds an office hands it over first. Facts: roles (how many)."""

    code = "roles_held"


class ErasureNotWaiting(Conflict):
    """Nothing waits that could be taken back."""

    code = "erasure_not_waiting"


class TooManyCopies(TooMany):
    """Facts: most, retry_after (seconds)."""

    code = "too_many_copies"
