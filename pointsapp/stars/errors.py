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


class NotYourIndicator(Forbidden):
    """The scheme says who assesses this one, and it is not this person. facts: by."""

    code = "not_your_indicator"


class ScoreNotAllowed(RuleBroken):
    """An honour is worth exactly its points, a veto applies or not, some items come in whole occurrences. facts: allowed."""

    code = "score_not_allowed"


class CountedByPlatform(RuleBroken):
    """An automatic indicator is counted from rows; a hand cannot set it."""

    code = "counted_by_platform"


class PlanFrozen(Conflict):
    """The round is closed: its plans stay as they stood."""

    code = "plan_frozen"


class PlanItemWithdrawn(Conflict):
    """A withdrawn item takes no more changes."""

    code = "plan_item_withdrawn"


class DueOutsideRound(RuleBroken):
    """facts: starts_on, ends_on."""

    code = "due_outside_round"


class EvidenceElsewhere(RuleBroken):
    """Evidence of another branch or another quarter shows nothing for this item."""

    code = "evidence_elsewhere"


class OwnPaper(Forbidden):
    """Nobody confirms a sheet that they typed in or stand on."""

    code = "own_paper"


class AlreadyMember(Conflict):
    """The person stands on this branch's register already."""

    code = "already_member"


class MemberElsewhere(Conflict):
    """The membership stands in another branch, which is not named: who belongs where is sensitive."""

    code = "member_elsewhere"


class UnknownIndicator(Invalid):
    """The scheme of this round has no such indicator."""

    def __init__(self, words: str) -> None:
        super().__init__({"indicator": [words]})
