"""What tasks refuse. The sentence that says why stands in messages.py; facts carry `reason` where one code has several."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from pointsapp.core.clock import to_local
from pointsapp.core.errors import Conflict, Forbidden, Gone, Invalid, RuleBroken
from pointsapp.tasks.messages import (
    ANOTHER_JUDGE,
    CANCEL_INSTEAD,
    CLOSED_BECAUSE,
    FIELD_WORDS,
    LATE_BECAUSE,
    NOTHING_TO_EXCUSE,
    NOTICE_LABELS,
    TEXT_CHANGED,
)


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


class SignupPaused(Conflict):
    """After no-shows; facts.until: when one may sign up ahead again. Helping at the door is never paused."""

    code = "signup_paused"

    def __init__(self, until: datetime) -> None:
        local = to_local(until)
        super().__init__(until=local.isoformat(timespec="seconds"), day=local.strftime("%m-%d %H:%M"))


class CancelInstead(Conflict):
    """No excuse is needed while the place can simply be given back."""

    detail = CANCEL_INSTEAD


class NothingToExcuse(Conflict):
    detail = NOTHING_TO_EXCUSE


class AnotherJudge(Forbidden):
    """An appeal is somebody else's to decide."""

    detail = ANOTHER_JUDGE


class LocationTooVague(Conflict):
    """The phone does not know well enough where it is; facts: accuracy_m, most_m."""

    code = "location_too_vague"


class PlaceIsSet(Conflict):
    """Who leads one shift would move the place of all of them; facts: distance_m."""

    code = "place_is_set"


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
        super().__init__(fields=list(fields), missing=_("、").join(str(NOTICE_LABELS[name]) for name in fields))


class TemplateNameTaken(Conflict):
    code = "template_name_taken"


class PictureUnreadable(RuleBroken):
    """What was uploaded is no picture that we let in."""

    code = "picture_unreadable"


class BadField(Invalid):
    """One field is wrong in a way only the service can see; `words` is a key of FIELD_WORDS."""

    def __init__(self, *path: str | int, words: str) -> None:
        found: Any = [str(FIELD_WORDS[words])]
        for part in reversed(path):
            found = {part: found}
        super().__init__(found)
