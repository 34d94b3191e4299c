"""What settlements refuse."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core.errors import Conflict, Forbidden, RuleBroken


class TotalsMoved(Conflict):
    """The settlement's sums are no longer those the person read; facts: the new ones."""

    detail = _l("这个月的合计刚刚有变化，请看过新的合计再继续。")


class StepNotDue(Conflict):
    """The month is at another step; facts: state."""

    code = "settlement_step"


class LinesDisputed(Conflict):
    """Disputed lines wait for an answer; facts: lines."""

    code = "lines_disputed"


class LineAnswered(Conflict):
    """A line is disputed once and answered once."""

    code = "line_answered"


class AnotherPerson(Forbidden):
    """Two steps that watch each other are by two people."""

    code = "needs_another_person"


class NothingToPay(RuleBroken):
    """The sum is nought: there is no payment to note."""

    code = "nothing_to_pay"


class PaidInFuture(RuleBroken):
    """A payment is noted once it was made. facts: today."""

    code = "paid_in_future"
