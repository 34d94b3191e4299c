"""Open claims as the desk sees them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, true
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below_any
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.ledger import memos
from pointsapp.ledger.models import Claim
from pointsapp.people.models import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPlace:
    """What decides who may write a claim off."""

    id: int
    person_id: int
    area_path: str | None
    asked_by_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLine:
    """One open claim: whose (shown masked), how much is left of it, and who asked to write it off."""

    id: int
    public_id: str
    person_id: int
    person_name: str
    number_tail: str
    area_path: str | None
    amount: int
    remaining: int
    memo: str
    facts: dict[str, Any]
    created_at: datetime
    asked_by_id: int | None

    @property
    def words(self) -> str:
        return memos.say(self.memo, self.facts)


def claim_place(session: Session, public_id: str) -> ClaimPlace | None:
    """Return where a claim belongs: the home of the person it is against, and who asked to write it off."""
    row = session.execute(
        select(
            Claim.id, Claim.person_id, Area.path.label("area_path"), Claim.write_off_asked_by_id.label("asked_by_id")
        )
        .outerjoin(Person, Person.id == Claim.person_id)
        .outerjoin(Area, Area.id == Person.home_area_id)
        .where(Claim.public_id == public_id)
    ).one_or_none()
    return None if row is None else ClaimPlace(**row._mapping)


def open_claims_page(session: Session, paths: Iterable[str], page: PageRequest) -> Page[ClaimLine]:
    """Return a page of the claims still open of people who live at or below `paths`, oldest first; "/" is everybody."""
    paths = tuple(paths)
    statement = (
        select(
            Claim.id,
            Claim.public_id,
            Claim.person_id,
            Person.name,
            Person.volunteer_number,
            Area.path,
            Claim.amount,
            Claim.remaining,
            Claim.memo,
            Claim.facts,
            Claim.created_at,
            Claim.write_off_asked_by_id,
        )
        .outerjoin(Person, Person.id == Claim.person_id)
        .outerjoin(Area, Area.id == Person.home_area_id)
        .where(
            Claim.remaining > 0, or_(below_any(Area.path, paths), true() if "/" in paths else below_any(Area.path, ()))
        )
        .order_by(Claim.id)
        .limit(page.limit + 1)
    )
    if page.after:
        statement = statement.where(Claim.id > page.after[0])
    lines = [
        ClaimLine(
            id=row.id,
            public_id=row.public_id,
            person_id=row.person_id,
            person_name=row.name or "",
            number_tail=(row.volunteer_number or "")[-4:],
            area_path=row.path,
            amount=row.amount,
            remaining=row.remaining,
            memo=row.memo,
            facts=row.facts,
            created_at=row.created_at,
            asked_by_id=row.write_off_asked_by_id,
        )
        for row in session.execute(statement)
    ]
    return cut(lines, page.limit, lambda line: (line.id,))
