"""Who looked at a deed: a complaint about a refusal is answered by somebody else."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core.actor import Actor
from pointsapp.core.deciders import Decisions, decision_columns
from pointsapp.core.errors import NotFound
from pointsapp.deeds.models import Deed, DeedReview
from pointsapp.deeds.policies import may_see_deeds
from pointsapp.deeds.queries import deed_for

PAGE = "/me/deeds/"


def opens(session: Session, actor: Actor, key: str) -> dict[str, str] | None:
    """Return the address of a deed at the desk, for its staff."""
    try:
        deed = deed_for(session, actor, key)
    except NotFound:
        return None
    return {"deed_id": key} if may_see_deeds(actor, deed.area_path) else None


DECISIONS = (
    Decisions(
        name=_l("随手做志愿"),
        page=PAGE,
        by=(
            select(
                *decision_columns(
                    page=PAGE, key=Deed.public_id, person_id=Deed.person_id, by_id=DeedReview.by_id, at=DeedReview.at
                )
            ).join(DeedReview, DeedReview.deed_id == Deed.id),
        ),
        endpoint="deeds.show_console_deed",
        opens=opens,
    ),
)
