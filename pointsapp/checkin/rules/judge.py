"""The verdict on one attempt: accepted, a repeat, or exactly one reason, in the order of contract.md.

Code (already read) - who - state and time - range. The clash with another shift comes last, under the person's lock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pointsapp.checkin.errors import (
    AlreadyVoided,
    LocationRequired,
    NoCheckOutHere,
    NotCheckedIn,
    NotSignedUp,
    OutOfRange,
    OutsideWindow,
    OwnShift,
    TaskOver,
)
from pointsapp.core.coordinates import distance_m
from pointsapp.core.errors import Refusal

OPENS_BEFORE = timedelta(minutes=30)
CHECK_OUT_AFTER = timedelta(minutes=30)
LIST_AFTER = timedelta(hours=24)
CHECK_OUT_EARLIEST = timedelta(seconds=60)  # a second scan within a minute is the same gesture, not a check-out
MOST_ACCURACY_M = 150  # a phone that claims to be off by more is not believed
POSTER_RADIUS_M = 200  # a poster always asks; where the task says no radius, this one

CHECK_IN, CHECK_OUT = "check_in", "check_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """What is known of somebody's attendance at the shift."""

    checked_in_at: datetime
    state: str
    cut_off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The shift as it stands for one person. `ends_at` is where it really ended, if it was stopped early."""

    starts_at: datetime
    ends_at: datetime
    is_running: bool  # published, not stopped
    check_out_required: bool
    is_confirmed: bool
    presence: Presence | None
    task_is_over: bool = False  # called off or closed: what is left of its points has gone back


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """How somebody tries: by the leader's list, by scan, on their own shift, with which fix."""

    action: str
    by_list: bool = False
    is_own_shift: bool = False  # leaders and the task's creator are checked in by somebody else
    site: Site | None = None  # None: the range is not asked
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Site:
    latitude: float
    longitude: float
    radius_m: int


@dataclass(frozen=True, slots=True)
class Fix:
    """A phone's position (WGS-84). Only used here, never stored."""

    latitude: float
    longitude: float
    accuracy_m: float = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Accepted unless `refusal`; `is_late` when ticked after the end, so that somebody must confirm."""

    refusal: Refusal | None = None
    is_repeat: bool = False
    is_late: bool = False
    confirms: bool = False  # the organiser's tick closes a forgotten check-out
    in_range: bool | None = None


def infer_action(case: Case, now: datetime) -> str:
    """Return what a personal code or a tick without `action` means."""
    came = case.presence
    if (
        case.check_out_required
        and came is not None
        and now >= case.starts_at
        and now - came.checked_in_at >= CHECK_OUT_EARLIEST
    ):
        return CHECK_OUT
    return CHECK_IN


def judge(case: Case, attempt: Attempt, now: datetime) -> Verdict:
    """Return the one true verdict on `attempt` at `now`."""
    if attempt.is_own_shift:
        return Verdict(OwnShift())
    if not case.is_confirmed:
        return Verdict(NotSignedUp(may_join=False))
    came = case.presence
    if came is not None and came.state == "voided":
        return Verdict(AlreadyVoided())
    if attempt.action == CHECK_IN and came is not None:
        return Verdict(is_repeat=True)
    if attempt.action == CHECK_OUT:
        if not case.check_out_required:
            return Verdict(NoCheckOutHere())
        if came is not None and came.state != "present":
            if attempt.by_list and came.state == "provisional" and came.cut_off:
                return Verdict(confirms=True)
            return Verdict(is_repeat=True)
    refusal = _outside(case, attempt, now)
    if refusal is not None:
        return Verdict(refusal)
    if attempt.action == CHECK_OUT and came is None:
        return Verdict(NotCheckedIn())
    is_late = attempt.action == CHECK_IN and now > case.ends_at
    if attempt.site is None:
        return Verdict(is_late=is_late)
    return _within(attempt.site, attempt.fix)


def window(case: Case, action: str, *, by_list: bool) -> tuple[datetime, datetime]:
    """Return the first and the last instant at which `action` is accepted."""
    first = case.starts_at - OPENS_BEFORE if action == CHECK_IN else case.starts_at
    if by_list:
        return first, case.ends_at + LIST_AFTER
    return first, case.ends_at if action == CHECK_IN else case.ends_at + CHECK_OUT_AFTER


def _outside(case: Case, attempt: Attempt, now: datetime) -> Refusal | None:
    first, last = window(case, attempt.action, by_list=attempt.by_list)
    stopped = not case.is_running and attempt.action == CHECK_IN and not attempt.by_list
    if not first <= now <= last or stopped:
        return OutsideWindow(opens_at=first, closes_at=last, is_early=now < first)
    if case.task_is_over and attempt.action == CHECK_IN:
        return TaskOver()  # by the list too: the task's points have gone back; a correction draws on the budget
    return None


def _within(site: Site, fix: Fix | None) -> Verdict:
    if fix is None:
        return Verdict(LocationRequired(radius_m=site.radius_m))
    away = distance_m(site.latitude, site.longitude, fix.latitude, fix.longitude)
    # Without an accuracy the radius is exact; at most 150 m of what the phone claims is believed.
    allowed = site.radius_m + min(max(fix.accuracy_m, 0), MOST_ACCURACY_M)
    if away > allowed:
        return Verdict(OutOfRange(distance_m=round(away / 10) * 10, radius_m=site.radius_m), in_range=False)
    return Verdict(in_range=True)
