"""How full a shift is right now, and what the button of its page says: what an open page asks every few seconds.

One short look instead of the whole page: in a rush hundreds of pages lie open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pointsapp.core import policy
from pointsapp.core.actor import Actor
from pointsapp.tasks.models import SignupState
from pointsapp.tasks.policies import NO_SHOW_POLICIES, PROMOTION_STOPS_MINUTES, WEEKLY_QUOTA, may_see_task
from pointsapp.tasks.queries.briefs import shift_brief
from pointsapp.tasks.queries.no_shows import no_show_rule, paused_until
from pointsapp.tasks.queries.signups import my_signups_in
from pointsapp.tasks.queries.standing import Look, look, standing_of
from pointsapp.tasks.rules import Button, Mine, ShiftFacts, button_of, promotion_ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """`stamp` changes with whatever the page's button says; only then is the page itself asked again."""

    taken: int
    capacity: int
    waiting: int
    stamp: str


def shift_pulse(session: Session, actor: Actor | None, shift: str, *, now: datetime) -> Pulse | None:
    """Return how the shift stands now for this person (None: a guest); None where there is no such shift for them."""
    quota, stops, *values = policy.values(session, WEEKLY_QUOTA, PROMOTION_STOPS_MINUTES, *NO_SHOW_POLICIES, now=now)
    seen = _look(session, actor, shift, quota)
    if seen is None or not may_see_task(actor, seen.brief.area_path, seen.brief.is_draft):
        return None
    brief, own = seen.brief, seen.mine
    paused = None
    if actor is not None and own is None:
        paused = paused_until(session, actor.person_id, no_show_rule(values), now=now)
    mine = None
    if own is not None:
        has_lapsed = own.state is SignupState.WAITLISTED and own.offer_expires_at is not None
        mine = Mine(state=own.state, arrived_at=own.arrived_at, settled_at=own.settled_at, offer_lapsed=has_lapsed)
    button = button_of(
        brief,
        standing_of(seen, actor, quota=quota, paused_until=paused, now=now),
        mine,
        checks_out=brief.check_out_required,
        queue_moves=now < promotion_ends_at(brief.starts_at, stops or 0),
        now=now,
    )
    place = None
    if actor is not None and own is not None and own.state is SignupState.WAITLISTED:
        waits = my_signups_in(session, actor.person_id, (brief.id,)).get(brief.id)
        place = None if waits is None else waits.waiting_position
    return Pulse(
        taken=brief.taken,
        capacity=brief.capacity,
        waiting=brief.waiting,
        stamp=stamp_of(button, place, brief),
    )


def stamp_of(button: Button, place: int | None, shift: ShiftFacts) -> str:
    """Return what changes with the button's words: what it says, the place in the queue, a moved start."""
    return f"{button}-{place or 0}-{int(shift.starts_at.timestamp())}"


def _look(session: Session, actor: Actor | None, shift: str, quota: int | None) -> Look | None:
    if actor is not None:
        return look(session, actor.person_id, shift, quota=quota)
    brief = shift_brief(session, shift)
    return None if brief is None else Look(brief=brief, mine=None, has_clash=False, week_count=0)


__all__ = ["Pulse", "shift_pulse", "stamp_of"]
