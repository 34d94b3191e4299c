"""Pure decisions about tasks: when sign-up is open, which refusal comes first, until when one may cancel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from pointsapp.tasks.errors import (
    NotEligible,
    QuotaReached,
    ShiftFull,
    SignupClosed,
    SignupPaused,
    TimeConflict,
    TooLateToCancel,
)

LONGEST_SHIFT = timedelta(hours=24)
CLOSES_AFTER = timedelta(hours=24)  # contract.md: a task closes 24 h after its last shift
# 志愿服务条例: a recruiting notice states these; the console form refuses to publish without one of them.
NOTICE_PARTS = (
    "description",
    "place",
    "conditions",
    "risks",
    "safeguards",
    "insurance",
    "what_to_bring",
    "contact",
    "organiser",
)


class Gate(StrEnum):
    """Whether sign-up is possible at a moment, and if not, why."""

    OPEN = "open"
    NOT_PUBLISHED = "not_published"
    NOT_YET_OPEN = "not_yet_open"
    ENDED = "ended"
    CANCELLED = "cancelled"
    STOPPED = "stopped"
    CLOSED = "closed"


class ShiftFacts(Protocol):
    """What the rules read of a shift; `ShiftBrief` and the list rows have it."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...
    @property
    def shift_state(self) -> Any: ...
    @property
    def task_state(self) -> Any: ...
    @property
    def signup_opens_at(self) -> datetime | None: ...


def signup_gate(shift: ShiftFacts, now: datetime) -> Gate:
    """Say whether a sign-up may come in: from publication or `signup_opens_at` until `ends_at`, late helpers welcome."""
    by_task = {"draft": Gate.NOT_PUBLISHED, "cancelled": Gate.CANCELLED, "closed": Gate.CLOSED}
    if shift.task_state in by_task:
        return by_task[shift.task_state]
    if shift.shift_state == "stopped":
        return Gate.STOPPED
    if now >= shift.ends_at:
        return Gate.ENDED
    if shift.signup_opens_at is not None and now < shift.signup_opens_at:
        return Gate.NOT_YET_OPEN
    return Gate.OPEN


def is_eligible(audience: str, task_path: str, home_path: str | None) -> bool:
    """District: people of the task's district, and people without a home area. Area: people of the task's area only."""
    if audience == "area":
        return home_path is not None and home_path.startswith(task_path)
    return home_path is None or district_part(home_path) == district_part(task_path)


def district_part(path: str) -> str:
    """/3/17/20/ -> /3/"""
    return "/" + path.split("/")[1] + "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """All that a sign-up is judged by."""

    gate: Gate
    facts: dict[str, Any]  # what the sentence about the gate needs
    is_eligible: bool
    has_clash: bool
    week_count: int
    weekly_quota: int | None
    has_room: bool
    has_waitlist: bool
    paused_until: datetime | None = None  # after no-shows, where the rule says so


def refusal_of(standing: Standing, *, needs_place: bool = False) -> Exception | None:
    """Return the first true refusal in the contract's order, None when the sign-up may come in.

    Order: who one is, state and time, the person's limits, places. `needs_place`: the queue is no help (walk-in).
    """
    if not standing.is_eligible:
        return NotEligible()
    if standing.gate is not Gate.OPEN:
        return SignupClosed(str(standing.gate), **standing.facts)
    if standing.has_clash:
        return TimeConflict()
    if is_over_quota(standing.week_count, standing.weekly_quota):
        return QuotaReached(quota=standing.weekly_quota)
    if standing.paused_until is not None and not needs_place:  # who stands at the door is there
        return SignupPaused(standing.paused_until)
    if not standing.has_room and (needs_place or not standing.has_waitlist):
        return ShiftFull()
    return None


def is_over_quota(week_count: int, weekly_quota: int | None) -> bool:
    return weekly_quota is not None and week_count >= weekly_quota


def promotion_ends_at(starts_at: datetime, stops_minutes: int) -> datetime:
    """Return until when the queue moves by itself; afterwards a waiting person takes a free place by asking again."""
    return starts_at - timedelta(minutes=stops_minutes)


def refusal_to_cancel(
    *,
    state: str,
    arrived_at: datetime | None,
    signed_up_at: datetime,
    starts_at: datetime,
    ends_at: datetime,
    cancel_until_minutes: int,
    now: datetime,
) -> TooLateToCancel | None:
    """Return why the place can no longer be given back, None when it can.

    Waiting and offered places always can. A late helper, who signed up after the start, may change their mind until the end.
    """
    if state in ("waitlisted", "offered"):
        return None
    if arrived_at is not None:
        return TooLateToCancel(reason="arrived")
    until = ends_at if signed_up_at >= starts_at else starts_at - timedelta(minutes=cancel_until_minutes)
    return TooLateToCancel(reason="deadline", until=until.isoformat()) if now > until else None


def missing_notice_parts(task: Any) -> tuple[str, ...]:
    """Return the parts of the recruiting notice that say nothing."""
    return tuple(name for name in NOTICE_PARTS if not (getattr(task, name) or "").strip())


def shift_errors(spans: Sequence[tuple[datetime, datetime]]) -> dict[int, dict[str, list[str]]]:
    """Return by position what is wrong with each (starts_at, ends_at), as codes for messages.py."""
    found: dict[int, dict[str, list[str]]] = {}
    for place, (start, end) in enumerate(spans):
        if end <= start:
            found[place] = {"ends_at": ["ends_before_start"]}
        elif end - start > LONGEST_SHIFT:
            found[place] = {"ends_at": ["longer_than_a_day"]}
    return found


def minutes_between(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds()) // 60


class Button(StrEnum):
    """The one button of a shift, and what it truly does at this moment."""

    PREVIEW = "preview"  # a draft, seen by who may run it
    OVER = "over"
    NOT_YET = "not_yet"
    NOT_ELIGIBLE = "not_eligible"
    CLASH = "clash"
    QUOTA = "quota"
    PAUSED = "paused"
    FULL = "full"
    QUEUE = "queue"
    GRAB = "grab"
    GRAB_AND_COME = "grab_and_come"  # check-in is open already
    SIGNED_UP = "signed_up"
    GO_CHECK_IN = "go_check_in"
    PRESENT = "present"
    GO_CHECK_OUT = "go_check_out"
    DONE = "done"
    WAITING = "waiting"
    TAKE_FREED = "take_freed"  # waiting, and a free place comes to nobody by itself: one has to ask
    ACCEPT = "accept"


CHECK_IN_OPENS = timedelta(minutes=30)  # contract.md: check-in from 30 min before starts_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """A person's own sign-up as the button reads it."""

    state: str
    arrived_at: datetime | None
    settled_at: datetime | None
    offer_lapsed: bool = False  # waiting again after an offer ran out


def button_of(
    shift: ShiftFacts, standing: Standing, mine: Mine | None, *, checks_out: bool, queue_moves: bool, now: datetime
) -> Button:
    """Return the button that tells the truth at `now`; sign_up and the page must say the same."""
    if mine is not None:
        return _own_button(shift, standing, mine, checks_out=checks_out, queue_moves=queue_moves, now=now)
    if standing.gate is Gate.NOT_PUBLISHED:
        return Button.PREVIEW
    if standing.gate not in (Gate.OPEN, Gate.NOT_YET_OPEN):
        return Button.OVER
    if not standing.is_eligible:
        return Button.NOT_ELIGIBLE
    if standing.gate is Gate.NOT_YET_OPEN:
        return Button.NOT_YET
    if standing.has_clash:
        return Button.CLASH
    if is_over_quota(standing.week_count, standing.weekly_quota):
        return Button.QUOTA
    if standing.paused_until is not None:
        return Button.PAUSED
    if not standing.has_room:
        return Button.QUEUE if standing.has_waitlist else Button.FULL
    return Button.GRAB_AND_COME if now >= shift.starts_at - CHECK_IN_OPENS else Button.GRAB


def _own_button(
    shift: ShiftFacts, standing: Standing, mine: Mine, *, checks_out: bool, queue_moves: bool, now: datetime
) -> Button:
    if mine.settled_at is not None:
        return Button.DONE
    if mine.arrived_at is not None:
        is_over = now > shift.ends_at + CHECK_IN_OPENS or (standing.gate is not Gate.OPEN and now < shift.ends_at)
        return Button.PRESENT if is_over or not checks_out else Button.GO_CHECK_OUT
    if standing.gate is not Gate.OPEN and standing.gate is not Gate.NOT_YET_OPEN:
        return Button.OVER
    if mine.state == "offered":
        return Button.ACCEPT
    if mine.state == "waitlisted":
        # Who let an offer run out is not offered another by itself: without a button only newcomers could have the free place.
        must_ask = not queue_moves or mine.offer_lapsed
        return Button.TAKE_FREED if standing.has_room and must_ask else Button.WAITING
    return Button.GO_CHECK_IN if now >= shift.starts_at - CHECK_IN_OPENS else Button.SIGNED_UP


def choose_shift(spans: Sequence[Any], mine: Mapping[int, Any], now: datetime) -> int:
    """Return the place of the shift a page opens with: the person's own next one, else the next free, else the next."""
    ahead = [place for place, shift in enumerate(spans) if shift.ends_at > now and shift.shift_state == "open"]
    for wanted in (
        [place for place in ahead if spans[place].id in mine],
        [place for place in ahead if spans[place].taken < spans[place].capacity],
        ahead,
    ):
        if wanted:
            return wanted[0]
    return len(spans) - 1
