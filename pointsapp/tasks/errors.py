"""What tasks refuse. The sentence that says why stands in messages.py; facts carry `reason` where one code has several."""

from __future__ import annotations

from pointsapp.core.errors import Conflict, Forbidden, Gone


class ShiftFull(Conflict):
    code = "shift_full"


class SignupClosed(Conflict):
    """facts.reason: not_yet_open, ended, cancelled, stopped or closed."""

    code = "signup_closed"


class TimeConflict(Conflict):
    """The person's time is already promised or already counted elsewhere. Check-in uses it too."""

    code = "time_conflict"


class QuotaReached(Conflict):
    code = "quota_reached"


class NotEligible(Forbidden):
    code = "not_eligible"


class TooLateToCancel(Conflict):
    """facts.reason: arrived or deadline."""

    code = "too_late_to_cancel"


class OfferExpired(Gone):
    code = "offer_expired"


class ApprovalRequired(Conflict):
    code = "approval_required"


class NoticeIncomplete(Conflict):
    """A part of the recruiting notice is missing; facts.missing names the fields."""

    code = "notice_incomplete"
