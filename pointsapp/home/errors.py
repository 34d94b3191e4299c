"""Refusals of home."""

from __future__ import annotations

from pointsapp.core.errors import Invalid


class PolicyValueWrong(Invalid):
    """The value is not of the kind this policy takes."""

    code = "policy_value_wrong"
