"""Pictures that were handed in before: the very same file, or one that looks nearly the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pointsapp.core.likeness import distance, from_column
from pointsapp.core.masking import mask_name
from pointsapp.deeds.models import Deed, DeedPicture, DeedState
from pointsapp.people.models import Person

MOST = 200  # candidates of one look: bands are wide enough that real pictures share few
STANDING = (DeedState.WAITING, DeedState.APPROVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Another deed with the same picture, or nearly: in how many of 64 places they differ, 0 where it is the same file."""

    deed_id: int
    public_id: str
    person_id: int
    masked_name: str
    handed_in_at: datetime
    state: DeedState
    places: int


def own_same_picture(session: Session, person_id: int, given_sha256: str, sha256: str) -> str | None:
    """Return the deed (public id) in which this person handed the very same picture in and which still stands, None otherwise."""
    found: str | None = session.scalar(
        select(Deed.public_id)
        .join(DeedPicture, DeedPicture.deed_id == Deed.id)
        .where(
            Deed.person_id == person_id,
            Deed.state.in_(STANDING),
            or_(DeedPicture.given_sha256 == given_sha256, DeedPicture.sha256 == sha256),
        )
        .limit(1)
    )
    return found


def look_alike(
    session: Session, deed_ids: Iterable[int], *, most_places: int, since: datetime | None = None
) -> dict[int, tuple[Alike, ...]]:
    """Return, for each of these deeds whose picture stands in others too, those others, the oldest first. Two statements."""
    wanted = set(deed_ids)
    if not wanted:
        return {}
    mine = session.scalars(select(DeedPicture).where(DeedPicture.deed_id.in_(wanted))).all()
    if not mine:
        return {}
    conditions = [
        DeedPicture.sha256.in_({one.sha256 for one in mine}),
        DeedPicture.given_sha256.in_({one.given_sha256 for one in mine}),
    ]
    for part in range(4):
        bands = {band for one in mine if (band := getattr(one, f"band_{part}")) is not None}
        if bands:
            conditions.append(getattr(DeedPicture, f"band_{part}").in_(bands))
    statement = (
        select(DeedPicture, Deed.public_id, Deed.person_id, Person.name, Deed.handed_in_at, Deed.state)
        .join(Deed, Deed.id == DeedPicture.deed_id)
        .join(Person, Person.id == Deed.person_id)
        .where(or_(*conditions), Deed.state != DeedState.WITHDRAWN)
        .order_by(DeedPicture.deed_id.desc())
        .limit(MOST)
    )
    if since is not None:
        statement = statement.where(Deed.handed_in_at >= since)
    found: dict[int, list[Alike]] = defaultdict(list)
    for other, public_id, person_id, name, at, state in reversed(session.execute(statement).all()):
        for one in mine:
            places = _places(one, other)
            if one.deed_id == other.deed_id or places is None or places > most_places:
                continue
            found[one.deed_id].append(
                Alike(
                    deed_id=other.deed_id,
                    public_id=public_id,
                    person_id=person_id,
                    masked_name=mask_name(name),
                    handed_in_at=at,
                    state=state,
                    places=places,
                )
            )
    return {deed_id: tuple(others) for deed_id, others in found.items()}


def alike_ids(session: Session, deed_id: int, *, most_places: int, since: datetime) -> tuple[int, ...]:
    """Return the keys of the deeds with this one's picture, itself among them, in order."""
    others = look_alike(session, [deed_id], most_places=most_places, since=since).get(deed_id, ())
    return tuple(sorted({deed_id, *(other.deed_id for other in others)}))


def _places(one: DeedPicture, other: DeedPicture) -> int | None:
    if one.sha256 == other.sha256 or one.given_sha256 == other.given_sha256:
        return 0
    if one.likeness is None or other.likeness is None:
        return None
    return distance(from_column(one.likeness), from_column(other.likeness))
