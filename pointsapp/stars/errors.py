"""Refusals of stars."""

from __future__ import annotations

from pointsapp.core.errors import Conflict, Forbidden, Invalid, RuleBroken


class OwnBranch(Forbidden):
    """Nobody scores the branch whose secretary or member they are."""

    code = "own_branch"


class RoundClosed(Conflict):
    """A finished quarter is never rewritten."""

    code = "round_closed"


class ScoreAboveMax(RuleBroken):
    """facts: most."""

    code = "score_above_max"


class CountedByPlatform(RuleBroken):
    """An automatic indicator is counted from rows; a hand cannot set it."""

    code = "counted_by_platform"


class UnknownIndicator(Invalid):
    """The scheme of this round has no such indicator."""

    def __init__(self, words: str) -> None:
        super().__init__({"indicator": [words]})
