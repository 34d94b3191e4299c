"""Which kept file is a deed's picture, for who may see it; and which of the kept files still belong to one."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.actor import Actor
from pointsapp.core.errors import NotFound
from pointsapp.deeds.models import Deed, DeedPicture
from pointsapp.deeds.policies import may_see_deeds


def picture_of(session: Session, actor: Actor, public_id: str) -> str:
    """Return the digest of a deed's picture to its doer and to the community's staff; NotFound to everybody else."""
    row = session.execute(
        select(DeedPicture.sha256, Deed.person_id, Area.path)
        .join(Deed, Deed.id == DeedPicture.deed_id)
        .join(Area, Area.id == Deed.area_id)
        .where(Deed.public_id == public_id)
    ).one_or_none()
    if row is None or not (row.person_id == actor.person_id or may_see_deeds(actor, row.path)):
        raise NotFound()
    return str(row.sha256)


def named_pictures(session: Session, digests: list[str]) -> set[str]:
    """Return which of these files are the picture of a deed."""
    return set(session.scalars(select(DeedPicture.sha256).where(DeedPicture.sha256.in_(digests))))
