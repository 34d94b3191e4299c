"""Who decided a dispute of a redemption: resident and shop complain of it to somebody else."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from pointsapp.core.actor import Actor
from pointsapp.core.deciders import Decisions, decision_columns
from pointsapp.disputes.models import Dispute
from pointsapp.disputes.policies import is_office_of
from pointsapp.disputes.queries import dispute_row
from pointsapp.people.models import RoleGrant

PAGE = "/disputes/"


def opens(session: Session, actor: Actor, key: str) -> dict[str, str] | None:
    """Return the address of a dispute at the desk, for its office."""
    row = dispute_row(session, key)
    return {"public_id": key} if row is not None and is_office_of(actor, row.area_path) else None


def _decided(person_id: Any) -> Select[Any]:
    columns = decision_columns(
        page=PAGE, key=Dispute.public_id, person_id=person_id, by_id=Dispute.decided_by_id, at=Dispute.closed_at
    )
    return select(*columns).select_from(Dispute).where(Dispute.decided_by_id.is_not(None))


DECISIONS = (
    Decisions(
        name=_l("核销争议"),
        page=PAGE,
        by=(
            _decided(Dispute.person_id),
            _decided(RoleGrant.person_id).join(RoleGrant, RoleGrant.merchant_id == Dispute.merchant_id),
        ),
        endpoint="disputes.show_case",
        opens=opens,
    ),
)
