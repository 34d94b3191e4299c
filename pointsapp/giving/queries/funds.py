"""Funds: what was donated, by how many, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.giving.models import Donation, Fund, FundUse

FEW = 5  # fewer donors than this are not counted out: one could tell who it was


@dataclass(frozen=True, slots=True, kw_only=True)
class FundRow:
    """`donated` and `used` in points; `donors` is None while they are few."""

    id: int
    public_id: str
    name: str
    purpose: str
    area_id: int
    area_name: str
    area_path: str
    opened_at: datetime
    closed_at: datetime | None
    donated: int
    used: int
    donors: int | None

    @property
    def left(self) -> int:
        """Points whose use has not been told yet."""
        return self.donated - self.used


@dataclass(frozen=True, slots=True, kw_only=True)
class UseRow:
    public_id: str
    points: int
    words: str
    used_on: date
    told_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DonationLine:
    id: int
    public_id: str
    fund_id: str
    fund: str
    points: int
    at: datetime


def _statement() -> Any:
    given = select(func.sum(Donation.points)).where(Donation.fund_id == Fund.id).correlate(Fund).scalar_subquery()
    donors = (
        select(func.count(Donation.person_id.distinct()))
        .where(Donation.fund_id == Fund.id)
        .correlate(Fund)
        .scalar_subquery()
    )
    used = select(func.sum(FundUse.points)).where(FundUse.fund_id == Fund.id).correlate(Fund).scalar_subquery()
    return select(
        Fund.id,
        Fund.public_id,
        Fund.name,
        Fund.purpose,
        Fund.area_id,
        Area.name.label("area_name"),
        Area.path.label("area_path"),
        Fund.opened_at,
        Fund.closed_at,
        func.coalesce(given, 0).label("donated"),
        func.coalesce(used, 0).label("used"),
        donors.label("donors"),
    ).join(Area, Area.id == Fund.area_id)


def _row(row: Any) -> FundRow:
    values: dict[str, Any] = dict(row._mapping)
    donors = int(values.pop("donors") or 0)
    values |= {name: int(values[name]) for name in ("donated", "used")}  # PostgreSQL sums to a decimal
    return FundRow(**values, donors=donors if donors >= FEW else None)


def funds(session: Session, page: PageRequest, *, paths: tuple[str, ...] | None = None) -> Page[FundRow]:
    """Return a page of funds, the newest first, open and closed; `paths`: only those of these areas and below. Key: id."""
    statement = _statement().order_by(Fund.id.desc()).limit(page.limit + 1)
    if paths is not None:
        statement = statement.where(or_(*(Area.path.startswith(path, autoescape=True) for path in paths)))
    if page.after:
        statement = statement.where(Fund.id < page.after[0])
    return cut([_row(row) for row in session.execute(statement)], page.limit, lambda row: (row.id,))


def find_fund(session: Session, public_id: str) -> FundRow:
    """Return one fund; NotFound where there is none."""
    row = session.execute(_statement().where(Fund.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound()
    return _row(row)


def fund_uses(session: Session, fund: FundRow, page: PageRequest) -> Page[UseRow]:
    """Return a page of what became of the fund's points, the newest first. Key: id."""
    statement = select(FundUse).where(FundUse.fund_id == fund.id).order_by(FundUse.id.desc()).limit(page.limit + 1)
    if page.after:
        statement = statement.where(FundUse.id < page.after[0])
    found = cut(list(session.scalars(statement)), page.limit, lambda row: (row.id,))
    return Page(
        tuple(
            UseRow(
                public_id=row.public_id, points=row.points, words=row.words, used_on=row.used_on, told_at=row.told_at
            )
            for row in found.items
        ),
        found.next_cursor,
    )


def _donations_of(person_id: int) -> Select[int, str, str, str, int, datetime]:
    return (
        select(
            Donation.id,
            Donation.public_id,
            Fund.public_id.label("fund_id"),
            Fund.name.label("fund"),
            Donation.points,
            Donation.at,
        )
        .join(Fund, Fund.id == Donation.fund_id)
        .where(Donation.person_id == person_id)
        .order_by(Donation.id.desc())
    )


def donations_page(session: Session, person_id: int, page: PageRequest) -> Page[DonationLine]:
    """Return a page of a person's donations, the newest first. Key: id."""
    statement = _donations_of(person_id).limit(page.limit + 1)
    if page.after:
        statement = statement.where(Donation.id < page.after[0])
    rows = [DonationLine(**row._mapping) for row in session.execute(statement)]
    return cut(rows, page.limit, lambda row: (row.id,))


def last_donation(session: Session, person_id: int, fund_id: str) -> DonationLine | None:
    """Return what a person donated to this fund last: who got no answer to a press reads here whether it arrived."""
    row = session.execute(_donations_of(person_id).where(Fund.public_id == fund_id).limit(1)).one_or_none()
    return None if row is None else DonationLine(**row._mapping)


def donations_of(session: Session, person_id: int, *, most: int = 20) -> tuple[DonationLine, ...]:
    """Return a person's last donations, the newest first."""
    return donations_page(session, person_id, PageRequest(limit=most)).items
