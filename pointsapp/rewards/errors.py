"""Refusals of rewards."""

from __future__ import annotations

from pointsapp.core.errors import Conflict


class VersionInThePast(Conflict):
    """A rule's version takes effect now or later, and after the versions it has: the past is not rewritten."""

    code = "rule_starts_in_past"
