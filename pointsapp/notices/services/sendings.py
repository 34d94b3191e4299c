"""The way of a notice out of the house: put on it, claimed by the worker, and what became of it.

A sending is claimed in one transaction, sent outside of any, and settled in another. Who claims it holds it for `LEASE`; if they die,
it is sent again, under the same key, by which push services, mail programs and the SMS gateway can tell that they had it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, column, delete, func, insert, select, table, update
from sqlalchemy.orm import Session

from pointsapp.core import clock, policy
from pointsapp.core.db import UTCDateTime, table_of
from pointsapp.core.events import EventRow
from pointsapp.core.figures import Figure, put_figures
from pointsapp.core.states import rows_changed
from pointsapp.notices.models import Address, ChannelName, Choice, Notice, Sending, SendingState
from pointsapp.notices.policies import URGENT_HOURS
from pointsapp.notices.rules import (
    OLD_AFTER,
    QUIET_FROM,
    QUIET_UNTIL,
    URGENT,
    begins_at,
    next_try,
    quiet_ends,
    wants,
)
from pointsapp.people.models import Person

LEASE = timedelta(minutes=10)
KEPT_FOR = timedelta(days=30)
FIGURE = "pointsapp_notice_sendings"
_MOST_FORGOTTEN = 1_000
_MOST_ROUNDS = 50
_shift = table("shift", column("task_id"), column("starts_at", UTCDateTime))
_task = table("task", column("id"), column("public_id", String))


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One sending that is claimed: where it goes and what it says. Without `kind` it is the code made at `code_at`."""

    sending_id: int
    tries: int
    channel: ChannelName
    address: str
    address_name: str  # public id
    key: str  # the same each time this sending is tried
    locale: str
    kind: str | None
    facts: Mapping[str, Any]
    code_at: datetime | None
    is_urgent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a duty. `state` WAITING: try again; `address_ended`: its service says that nobody is there."""

    duty: Duty
    state: SendingState
    reason: str = ""
    after_s: int | None = None
    address_ended: bool = False


def put_on_the_way(session: Session, notice_id: int, event: EventRow, places: Sequence[tuple[int, str]]) -> int:
    """Let a new notice go to those of the person's addresses where they want its kind; return how many."""
    assert event.person_id is not None
    chosen = session.scalar(select(Choice.wants).where(Choice.person_id == event.person_id))
    rows = [
        {
            "person_id": event.person_id,
            "notice_id": notice_id,
            "address_id": address_id,
            "state": SendingState.WAITING,
            "created_at": event.at,
            "due_at": event.at,
            "tries": 0,
            "reason": "",
        }
        for address_id, channel in places
        if wants(chosen, event.kind, channel)
    ]
    if rows:
        session.execute(insert(table_of(Sending)), rows)
    return len(rows)


def claim(session: Session, *, channels: Collection[str], now: datetime, limit: int = 20) -> tuple[Duty, ...]:
    """Claim what is due on `channels`; what is not needed any more is ended, what falls into somebody's quiet is put off.

    Looks on while whole batches of `limit` rows need not be sent; empty means that nothing was found to send.
    """
    for _round in range(_MOST_ROUNDS):
        rows = _due(session, channels, now, limit)
        duties = tuple(duty for row in rows if (duty := _judge(session, row, now)) is not None)
        if duties or not rows:
            return duties
    return ()


def _due(session: Session, channels: Collection[str], now: datetime, limit: int) -> Sequence[Any]:
    statement = (
        select(Sending, Address, Notice, Choice, Person.locale, Person.erased_at)
        .join(Address, Address.id == Sending.address_id)
        .join(Person, Person.id == Sending.person_id)
        .outerjoin(Notice, Notice.id == Sending.notice_id)
        .outerjoin(Choice, Choice.person_id == Sending.person_id)
        .where(
            Sending.state.in_((SendingState.WAITING, SendingState.UNDERWAY)),
            Sending.due_at <= now,
            Address.channel.in_(sorted(channels)),
        )
        .order_by(Sending.due_at, Sending.id)
        .limit(limit)
        .with_for_update(of=Sending, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return session.execute(statement).all()


def _judge(session: Session, row: Any, now: datetime) -> Duty | None:
    """Claim one row, or end it, or put it off."""
    sending, address, notice, choice, locale, erased_at = row
    why_not = _needless(sending, address, notice, erased_at, now)
    if why_not:
        state = SendingState.LAPSED if why_not == "too_old" else SendingState.VOID
        _set(session, sending, state=state, ended_at=now, reason=why_not)
        _count(session, Counter({(address.channel, state): 1}), now)
        return None
    facts: dict[str, Any] = dict(notice.facts) if notice is not None else {}
    is_urgent = notice is not None and _is_urgent(session, notice.kind, facts, now)
    if notice is not None and not (is_urgent and choice is not None and choice.urgent_passes):
        hours = (choice.quiet_from, choice.quiet_until) if choice is not None else (QUIET_FROM, QUIET_UNTIL)
        ends = quiet_ends(clock.to_local(now), *hours)
        if ends is not None:
            _set(session, sending, state=SendingState.WAITING, due_at=ends)
            return None
    _set(session, sending, state=SendingState.UNDERWAY, due_at=now + LEASE, tries=sending.tries + 1)
    return Duty(
        sending_id=sending.id,
        tries=sending.tries + 1,
        channel=address.channel,
        address=address.address,
        address_name=address.public_id,
        key=f"{notice.public_id if notice is not None else 'code'}-{address.public_id}-{sending.id}",
        locale="en" if locale == "en" else "zh",
        kind=None if notice is None else notice.kind,
        facts=facts,
        code_at=address.code_at,
        is_urgent=is_urgent,
    )


def _needless(sending: Sending, address: Address, notice: Notice | None, erased_at: Any, now: datetime) -> str:
    if erased_at is not None or address.ended_at is not None or not address.address:
        return "address_gone"
    if notice is None:
        return "" if address.code_at is not None and address.verified_at is None else "proved"
    if address.verified_at is None:
        return "not_proved"
    if notice.read_at is not None:
        return "read"
    return "too_old" if sending.created_at < now - OLD_AFTER else ""


def _is_urgent(session: Session, kind: str, facts: Mapping[str, Any], now: datetime) -> bool:
    if kind not in URGENT:
        return False
    begins = begins_at(facts)
    if begins is None and isinstance(facts.get("task"), str):
        # A task called off as a whole says no hour: its next one counts.
        begins = session.scalar(
            select(func.min(_shift.c.starts_at))
            .join_from(_shift, _task, _task.c.id == _shift.c.task_id)
            .where(_task.c.public_id == facts["task"], _shift.c.starts_at > now)
        )
    hours = policy.value(session, URGENT_HOURS, now=now)
    return begins is not None and begins <= now + timedelta(hours=hours)


def _set(session: Session, sending: Sending, **values: Any) -> None:
    session.execute(update(table_of(Sending)).where(table_of(Sending).c.id == sending.id).values(**values))


def settle(session: Session, outcomes: Sequence[Outcome], *, now: datetime) -> int:
    """Note what became of claimed sendings; one that somebody else has claimed since is theirs. Return how many were noted."""
    counts: Counter[tuple[ChannelName, SendingState]] = Counter()
    for each in outcomes:
        state, values = each.state, {"reason": each.reason}
        if state is SendingState.WAITING:
            again = next_try(each.duty.tries, now, each.after_s)
            if again is None:
                state = SendingState.LAPSED
            else:
                values["due_at"] = again  # type: ignore[assignment]
        if state is not SendingState.WAITING:
            values["ended_at"] = now  # type: ignore[assignment]
        mine = update(Sending).where(
            Sending.id == each.duty.sending_id,
            Sending.state == SendingState.UNDERWAY,
            Sending.tries == each.duty.tries,
        )
        if not rows_changed(session, mine.values(state=state, **values)):
            continue
        counts[(each.duty.channel, state)] += 1
        if each.address_ended:
            gone = update(Address).where(Address.public_id == each.duty.address_name, Address.ended_at.is_(None))
            rows_changed(session, gone.values(ended_at=now))
    _count(session, counts, now)
    return counts.total()


def _count(session: Session, counts: Mapping[tuple[ChannelName, SendingState], int], now: datetime) -> None:
    """Add to the running figures that /metrics shows: one worker sends, so nobody adds at the same time."""
    if not counts:
        return
    labels = {
        f"channel={channel.value},state={'retry' if state is SendingState.WAITING else state.value}": number
        for (channel, state), number in counts.items()
    }
    before = {
        row.label: row.value for row in session.execute(select(Figure.label, Figure.value).where(Figure.name == FIGURE))
    }
    put_figures(session, FIGURE, {name: before.get(name, 0) + number for name, number in labels.items()}, now=now)


def forget_old_sendings(session: Session, *, now: datetime) -> int:
    """Delete what ended long ago, and addresses that were removed a day ago; return how many rows."""
    old = select(Sending.id).where(Sending.created_at < now - KEPT_FOR).limit(_MOST_FORGOTTEN)
    gone = rows_changed(session, delete(Sending).where(Sending.id.in_(old)))
    removed = select(Address.id).where(Address.address == "", Address.ended_at < now - timedelta(days=1))
    some = session.scalars(removed.limit(_MOST_FORGOTTEN)).all()
    if some:
        session.execute(delete(Sending).where(Sending.address_id.in_(some)))
        gone += rows_changed(session, delete(Address).where(Address.id.in_(some)))
    return gone
