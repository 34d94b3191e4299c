"""Refusals of inspections."""

from __future__ import annotations

from pointsapp.core.errors import Conflict, Forbidden, Gone, NotFound, RuleBroken


class ListTooShort(RuleBroken):
    """More branches or inspectors are to be drawn than the lists hold. facts: take, listed."""

    code = "draw_list_too_short"


class BranchNotInRound(RuleBroken):
    """A branch on the list takes no part in the round, or lies outside the remit."""

    code = "draw_branch_outside"


class InspectorNotFree(RuleBroken):
    """A chosen inspector does not hold the role here now, or belongs to a branch on the list (who, is sensitive and not said)."""

    code = "draw_inspector_not_free"


class ValueKnownAlready(RuleBroken):
    """The public value would be known before, or too soon after, the publication. facts: earliest_at, latest_at."""

    code = "draw_value_known"


class ValueNotYetKnown(Conflict):
    """The moment of the public value has not come. facts: value_at."""

    code = "draw_value_not_yet"


class DrawIsOver(Conflict):
    """The draw was revealed or cancelled already: nobody draws twice."""

    code = "draw_is_over"


class DrawListChanged(Conflict):
    """What is stored is not what was published: the commitment does not hold any more."""

    code = "draw_list_changed"


class DrawStillOpen(Conflict):
    """A round's draw is still open; the next one is announced when it is over. facts: number."""

    code = "draw_still_open"


class PassUnknown(NotFound):
    """A well-formed pass code that is not ours, or of a pass that has not begun."""

    code = "pass_unknown"


class PassOver(Gone):
    """The pass has expired or was taken back. facts: over_at."""

    code = "pass_over"


class PassTooLong(RuleBroken):
    """facts: hours."""

    code = "pass_too_long"


class PhotoUnreadable(RuleBroken):
    """What was uploaded is no picture that we let in."""

    code = "photo_unreadable"


class OwnFinding(Forbidden):
    """Nobody inspects, closes or returns for the branch whose secretary or member they are."""

    code = "own_finding"


class DueDateWrong(RuleBroken):
    """A deadline in the past, or further ahead than anybody waits. facts: latest_on."""

    code = "due_date_wrong"


class NoDeduction(RuleBroken):
    """The assessment is not of this branch and round, or of an item that takes nothing off."""

    code = "no_deduction"
