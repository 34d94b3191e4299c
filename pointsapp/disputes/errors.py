"""What disputes refuse."""

from __future__ import annotations

from pointsapp.core.errors import Conflict, Forbidden


class TooLateToDispute(Conflict):
    """facts: days."""

    code = "too_late_to_dispute"


class AlreadyUndone(Conflict):
    """The redemption no longer stands: there is nothing to dispute."""

    code = "redemption_undone"


class DisputeDecided(Conflict):
    """What was decided or withdrawn takes nothing more; facts: state."""

    code = "dispute_decided"


class TooManyStatements(Conflict):
    """facts: most."""

    code = "too_many_statements"


class NotYoursToDecide(Forbidden):
    """Nobody decides about their own redemption, nor one of a shop they work for, nor one they made at the till."""

    code = "dispute_partial"
