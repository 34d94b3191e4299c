"""Refusals of the bank."""

from __future__ import annotations

from pointsapp.core.errors import Conflict


class InsufficientPoints(Conflict):
    """The person has fewer points than needed; facts: balance, needed."""

    code = "insufficient_points"


class InsufficientBudget(Conflict):
    """No budget holds what is needed; facts: balance, needed."""

    code = "insufficient_budget"


class HoldNotOpen(Conflict):
    """The hold was settled, released or expired before; facts: state."""


class NothingToReverse(Conflict):
    """The entry was reversed before, wholly or by more than is left; facts: left."""


class ClaimSettled(Conflict):
    """The claim has nothing left, or its writing-off was not asked for, or was asked for already."""
