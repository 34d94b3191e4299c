"""Refusals of contest."""

from __future__ import annotations

from pointsapp.core.errors import Conflict, Forbidden, RuleBroken


class PledgeTooLate(Conflict):
    """Promises are made at the beginning of a round. facts: last_on."""

    code = "pledge_too_late"


class TooManyPledges(Conflict):
    """facts: most."""

    code = "too_many_pledges"


class PledgeSettled(Conflict):
    """The pledge's state takes no such step any more: a published one is only withdrawn, reported and judged."""

    code = "pledge_settled"


class OwnPledge(Forbidden):
    """Nobody confirms what they reported themselves, or a pledge of the branch whose secretary or member they are."""

    code = "own_pledge"


class DueOutsidePledge(RuleBroken):
    """facts: starts_on, ends_on."""

    code = "pledge_due_outside_round"


class ShownByAnother(RuleBroken):
    """A plan item or a row of another branch or quarter shows nothing for this pledge."""

    code = "pledge_shown_by_another"


class NotForPanel(RuleBroken):
    """The indicator is counted by the platform, or the scheme lets somebody else assess it."""

    code = "not_for_panel"


class PanelTooSmall(RuleBroken):
    """facts: least."""

    code = "panel_too_small"


class BranchOnPanel(Conflict):
    """Another panel scores this branch for the same indicator in the same round. facts: branch."""

    code = "branch_on_panel"


class NobodyPresents(Conflict):
    """No branch of the area takes part in the round."""

    code = "nobody_presents"


class NotOnPanel(Forbidden):
    """Only who sits on the panel and scores gives scores."""

    code = "not_on_panel"


class NotChair(Forbidden):
    """Only the chair excuses and closes."""

    code = "not_chair"


class PanelNotBegun(Conflict):
    """facts: held_on."""

    code = "panel_not_begun"


class PanelClosed(Conflict):
    """What a panel gave is not changed once it has closed."""

    code = "panel_closed"


class PanelIncomplete(Conflict):
    """facts: missing."""

    code = "panel_incomplete"


class NobodyScored(Conflict):
    """A branch was given no score at all. facts: branch."""

    code = "nobody_scored"
