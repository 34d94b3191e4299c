"""Where a person is told beside the house, and what they chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core.errors import NotFound
from pointsapp.notices.models import Address, ChannelName, Choice, Notice, Sending, SendingState
from pointsapp.notices.rules import DEFAULT_WANTS, QUIET_FROM, QUIET_UNTIL

MOST_ADDRESSES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressLine:
    """One address as its owner sees it: masked, and whether anything goes there."""

    public_id: str
    channel: ChannelName
    label: str
    created_at: datetime
    is_verified: bool
    has_ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a person wants where: subject -> channels; quiet in minutes of the local day."""

    wants: Mapping[str, tuple[str, ...]]
    quiet_from: int
    quiet_until: int
    urgent_passes: bool


def addresses_of(session: Session, person_id: int) -> tuple[AddressLine, ...]:
    """Return the person's addresses, oldest first."""
    rows = session.scalars(
        select(Address)
        .where(Address.person_id == person_id, Address.address != "")
        .order_by(Address.id)
        .limit(MOST_ADDRESSES * 4)
    )
    return tuple(_line(row) for row in rows)


def own_address(session: Session, person_id: int, public_id: str) -> AddressLine:
    """Return one of the person's addresses; somebody else's does not exist for them."""
    row = session.scalar(select(Address).where(Address.public_id == public_id, Address.person_id == person_id))
    if row is None or not row.address:
        raise NotFound()
    return _line(row)


def wishes_of(session: Session, person_id: int) -> Wishes:
    """Return what the person chose, or the defaults."""
    row = session.scalar(select(Choice).where(Choice.person_id == person_id))
    if row is None:
        return Wishes(wants=DEFAULT_WANTS, quiet_from=QUIET_FROM, quiet_until=QUIET_UNTIL, urgent_passes=False)
    chosen: dict[str, Any] = row.wants
    return Wishes(
        wants={subject: tuple(chosen.get(subject, ())) for subject in DEFAULT_WANTS},
        quiet_from=row.quiet_from,
        quiet_until=row.quiet_until,
        urgent_passes=row.urgent_passes,
    )


def went_out(session: Session, event_ids: Sequence[int]) -> dict[int, tuple[ChannelName, ...]]:
    """Return by which ways the notice of each event left the house; an event of one person, as those of a change are."""
    if not event_ids:
        return {}
    rows = session.execute(
        select(Notice.event_id, Address.channel)
        .join(Sending, Sending.notice_id == Notice.id)
        .join(Address, Address.id == Sending.address_id)
        .where(Notice.event_id.in_(event_ids), Sending.state == SendingState.DONE)
        .distinct()
    )
    found: dict[int, list[ChannelName]] = {}
    for event_id, channel in rows:
        found.setdefault(event_id, []).append(channel)
    return {event_id: tuple(sorted(channels)) for event_id, channels in found.items()}


def _line(row: Address) -> AddressLine:
    return AddressLine(
        public_id=row.public_id,
        channel=row.channel,
        label=row.label,
        created_at=row.created_at,
        is_verified=row.verified_at is not None,
        has_ended=row.ended_at is not None,
    )
