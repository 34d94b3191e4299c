"""Hand a deed in, and take it back while nobody has looked at it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import clock, events, policy
from pointsapp.core.actor import Actor
from pointsapp.core.errors import NotFound
from pointsapp.core.likeness import bands_of, to_column
from pointsapp.core.locks import LockKind, lock
from pointsapp.core.states import move
from pointsapp.core.working_days import end_of_working_days
from pointsapp.deeds.errors import DeedPictureUnreadable, DeedPictureUsed, DeedReviewed, DeedsEnoughToday
from pointsapp.deeds.models import Deed, DeedKind, DeedPicture, DeedState
from pointsapp.deeds.policies import REVIEW_DAYS
from pointsapp.deeds.queries import handed_in_since, home_community, limits_now, own_same_picture


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPicture:
    """A picture in the attic: its SHA-256, that of what was handed in, and what it looks like (None: next to nothing on it)."""

    sha256: str
    given_sha256: str
    likeness: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandIn:
    kind: DeedKind
    words: str
    place: str = ""
    picture: KeptPicture | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeedReceipt:
    public_id: str
    state: DeedState
    due_at: datetime
    is_repeat: bool = False


def with_picture(command: HandIn, picture: KeptPicture) -> HandIn:
    """Return the command with the picture that came beside it."""
    return replace(command, picture=picture)


def hand_in(session: Session, actor: Actor, command: HandIn, *, now: datetime) -> DeedReceipt:
    """Hand a deed in to one's own community, which looks at it within so many working days."""
    if command.picture is None:
        raise DeedPictureUnreadable()
    area = home_community(session, actor)
    lock(session, LockKind.DEEDS, actor.person_id)  # the day's number, and the same picture sent twice at once
    most = limits_now(session, now=now).a_day
    if handed_in_since(session, actor.person_id, clock.day_bounds(clock.local_day(now))[0]) >= most:
        raise DeedsEnoughToday(most=most)
    before = own_same_picture(session, actor.person_id, command.picture.given_sha256, command.picture.sha256)
    if before is not None:
        raise DeedPictureUsed(deed=before)
    days = int(policy.value(session, REVIEW_DAYS, now=now))
    due_at = end_of_working_days(now, days)
    row = Deed(
        person_id=actor.person_id,
        area_id=area.id,
        kind=command.kind,
        words=command.words,
        place=command.place,
        state=DeedState.WAITING,
        handed_in_at=now,
        due_at=due_at,
    )
    session.add(row)
    session.flush()
    session.add(_picture(row.id, command.picture))
    session.flush()
    _tell(session, "deeds.handed_in", row, actor, now)
    return DeedReceipt(public_id=row.public_id, state=row.state, due_at=due_at)


def _picture(deed_id: int, kept: KeptPicture) -> DeedPicture:
    bands = [None] * 4 if kept.likeness is None else list(bands_of(kept.likeness))
    return DeedPicture(
        deed_id=deed_id,
        sha256=kept.sha256,
        given_sha256=kept.given_sha256,
        likeness=None if kept.likeness is None else to_column(kept.likeness),
        **{f"band_{part}": band for part, band in enumerate(bands)},
    )


def withdraw_deed(session: Session, actor: Actor, public_id: str, *, now: datetime) -> DeedReceipt:
    """Take one's own deed back before it was looked at; taken back again, nothing more happens."""
    row = session.scalar(select(Deed).where(Deed.public_id == public_id, Deed.person_id == actor.person_id))
    if row is None:
        raise NotFound()
    if row.state is not DeedState.WITHDRAWN:
        if row.state is not DeedState.WAITING:
            raise DeedReviewed()
        move(session, row, DeedState.WITHDRAWN)
        _tell(session, "deeds.withdrawn", row, actor, now)
        return DeedReceipt(public_id=row.public_id, state=row.state, due_at=row.due_at)
    return DeedReceipt(public_id=row.public_id, state=row.state, due_at=row.due_at, is_repeat=True)


def _tell(session: Session, kind: str, row: Deed, actor: Actor, now: datetime) -> None:
    events.record(
        session,
        kind,
        at=now,
        subject=f"deed:{row.id}",
        area_id=row.area_id,
        person_id=row.person_id,
        actor_id=actor.person_id,
        deed=row.public_id,
    )
