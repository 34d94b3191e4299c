"""What tasks refuse. The sentence that says why stands in messages.py; facts carry `reason` where one code has several."""

from __future__ import annotations

from typing import Any

from pointsapp.core.errors import Conflict, Forbidden, Gone, Invalid
from pointsapp.tasks.messages import CLOSED_BECAUSE, FIELD_WORDS, LATE_BECAUSE, NOTICE_LABELS, TEXT_CHANGED


class TextChanged(Conflict):
    """The draft was written anew after this reader read it."""

    def __init__(self) -> None:
        super().__init__()
        self.detail = TEXT_CHANGED


class ShiftFull(Conflict):
    code = "shift_full"


class SignupClosed(Conflict):
    """facts.reason: not_published, not_yet_open, ended, cancelled, stopped or closed."""

    code = "signup_closed"

    def __init__(self, reason: str, **facts: Any) -> None:
        super().__init__(reason=reason, **facts)
        self.detail = CLOSED_BECAUSE[reason]


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

    def __init__(self, reason: str, **facts: Any) -> None:
        super().__init__(reason=reason, **facts)
        self.detail = LATE_BECAUSE[reason]


class OfferExpired(Gone):
    code = "offer_expired"


class ApprovalRequired(Conflict):
    code = "approval_required"


class NoticeIncomplete(Conflict):
    """A part of the recruiting notice is missing; facts.fields names them."""

    code = "notice_incomplete"

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__(fields=list(fields), missing="、".join(str(NOTICE_LABELS[name]) for name in fields))


class BadField(Invalid):
    """One field is wrong in a way only the service can see; `words` is a key of FIELD_WORDS."""

    def __init__(self, *path: str | int, words: str) -> None:
        found: Any = [str(FIELD_WORDS[words])]
        for part in reversed(path):
            found = {part: found}
        super().__init__(found)
