"""What follows from not coming (爽约): by an operator's rule, never by itself, and never before somebody was heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pointsapp.tasks.models import NoShowState

# Whoever has given a reason, or appealed, is not held to it until somebody has answered.
COUNTING = frozenset({NoShowState.NOTED, NoShowState.COUNTED, NoShowState.UPHELD})


@dataclass(frozen=True, slots=True, kw_only=True)
class NoShowRule:
    """The operator's rule. `most`: this many in the window, and signing up ahead pauses; None: nothing follows, ever.

    `window_days`: how long one counts. `pause_days`: from the last one that counted. `leave_minutes`: an excuse given at least so long
    before the start is accepted by itself.
    """

    most: int | None
    window_days: int
    pause_days: int
    leave_minutes: int


def counts(state: NoShowState) -> bool:
    """Tell whether a no-show in this state is held against anybody."""
    return state in COUNTING


def pause_ends_at(rule: NoShowRule, counted: Sequence[datetime], now: datetime) -> datetime | None:
    """Return until when signing up ahead pauses, None when it does not. `counted`: when the shifts of those that count ended.

    The pause runs from the last of them, so it is over by itself, and one that is excused later ends it at once.
    """
    if rule.most is None:
        return None
    since = now - timedelta(days=rule.window_days)
    recent = sorted(moment for moment in counted if since < moment <= now)
    if len(recent) < max(rule.most, 1):
        return None
    ends_at = recent[-1] + timedelta(days=rule.pause_days)
    return ends_at if ends_at > now else None


def state_of_leave(rule: NoShowRule, starts_at: datetime, now: datetime) -> NoShowState:
    """Return what an excuse given now comes to: in time it is accepted, later somebody reads it."""
    is_in_time = now <= starts_at - timedelta(minutes=rule.leave_minutes)
    return NoShowState.EXCUSED if is_in_time else NoShowState.EXCUSE_ASKED
