"""Months: one by its id, a merchant's, and those an office looks after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below_any
from pointsapp.core.actor import Actor
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.merchants.models import Merchant
from pointsapp.people.models import Person
from pointsapp.settlements.models import LineKind, Settlement, SettlementLine, SettlementState
from pointsapp.settlements.policies import console_paths


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementRow:
    """One month with its steps; `open_lines` are disputed and not answered."""

    id: int
    public_id: str
    merchant_id: int
    merchant_public_id: str
    merchant_name: str
    merchant_code: str
    area_id: int
    area_name: str
    area_path: str
    month: str
    state: SettlementState
    redemptions: int
    total_points: int
    total_fen: int
    opened_at: datetime
    merchant_confirmed_at: datetime | None
    merchant_confirmed_by_id: int | None
    merchant_confirmed_by: str | None
    merchant_note: str | None
    checked_at: datetime | None
    checked_by_id: int | None
    checked_by: str | None
    approved_at: datetime | None
    approved_by_id: int | None
    approved_by: str | None
    returned_at: datetime | None
    returned_by: str | None
    return_reason: str | None
    paid_on: date | None
    paid_reference: str | None
    paid_by: str | None
    open_lines: int
    disputed_lines: int
    corrections: int
    is_repeat: bool = False

    @property
    def first_day(self) -> date:
        """The month as a day, for the page's filters."""
        return date.fromisoformat(f"{self.month}-01")

    @property
    def confirmed_at(self) -> datetime | None:
        """When it came to stand: the approval."""
        return self.approved_at


_Shop, _Checker, _Approver = aliased(Person), aliased(Person), aliased(Person)
_Returner, _Payer = aliased(Person), aliased(Person)


def _count(*conditions: Any) -> Any:
    return (
        select(func.count())
        .where(SettlementLine.settlement_id == Settlement.id, *conditions)
        .correlate(Settlement)
        .scalar_subquery()
    )


def _select() -> Select[Any]:
    return (
        select(
            Settlement,
            Merchant,
            Area,
            _Shop.name,
            _Checker.name,
            _Approver.name,
            _Returner.name,
            _Payer.name,
            _count(SettlementLine.disputed_at.is_not(None), SettlementLine.answered_at.is_(None)),
            _count(SettlementLine.disputed_at.is_not(None)),
            _count(SettlementLine.kind == LineKind.CORRECTION),
        )
        .join(Merchant, Merchant.id == Settlement.merchant_id)
        .join(Area, Area.id == Merchant.area_id)
        .outerjoin(_Shop, _Shop.id == Settlement.merchant_confirmed_by_id)
        .outerjoin(_Checker, _Checker.id == Settlement.office_confirmed_by_id)
        .outerjoin(_Approver, _Approver.id == Settlement.approved_by_id)
        .outerjoin(_Returner, _Returner.id == Settlement.returned_by_id)
        .outerjoin(_Payer, _Payer.id == Settlement.paid_by_id)
    )


def _rows(session: Session, statement: Select[Any]) -> list[SettlementRow]:
    return [
        SettlementRow(
            id=row.id,
            public_id=row.public_id,
            merchant_id=row.merchant_id,
            merchant_public_id=merchant.public_id,
            merchant_name=merchant.name,
            merchant_code=merchant.code,
            area_id=area.id,
            area_name=area.name,
            area_path=area.path,
            month=row.month,
            state=row.state,
            redemptions=row.redemptions,
            total_points=row.total_points,
            total_fen=row.total_fen,
            opened_at=row.opened_at,
            merchant_confirmed_at=row.merchant_confirmed_at,
            merchant_confirmed_by_id=row.merchant_confirmed_by_id,
            merchant_confirmed_by=shop,
            merchant_note=row.merchant_note,
            checked_at=row.office_confirmed_at,
            checked_by_id=row.office_confirmed_by_id,
            checked_by=checker,
            approved_at=row.confirmed_at,
            approved_by_id=row.approved_by_id,
            approved_by=approver,
            returned_at=row.returned_at,
            returned_by=returner,
            return_reason=row.return_reason,
            paid_on=row.paid_on,
            paid_reference=row.paid_reference,
            paid_by=payer,
            open_lines=open_lines,
            disputed_lines=disputed,
            corrections=corrections,
        )
        for row, merchant, area, shop, checker, approver, returner, payer, open_lines, disputed, corrections in (
            session.execute(statement.execution_options(populate_existing=True))
        )
    ]


def settlement_row(session: Session, public_id: str) -> SettlementRow | None:
    """Return the settlement with this public id, whoever asks: the caller judges who may read it."""
    return next(iter(_rows(session, _select().where(Settlement.public_id == public_id))), None)


def settlements_of(session: Session, merchant_id: int) -> list[SettlementRow]:
    """Return a merchant's settlements, newest month first."""
    return _rows(
        session, _select().where(Settlement.merchant_id == merchant_id).order_by(Settlement.month.desc()).limit(120)
    )


def owed_before(session: Session, row: SettlementRow) -> list[SettlementRow]:
    """Return the shop's earlier months below nought that nobody has settled yet, oldest first.

    Nothing takes them off a later month by itself: who pays that month must see them.
    """
    if row.state is SettlementState.PAID:
        return []
    earlier = (
        Settlement.merchant_id == row.merchant_id,
        Settlement.month < row.month,
        Settlement.total_fen < 0,
        Settlement.state != SettlementState.PAID,
    )
    return _rows(session, _select().where(*earlier).order_by(Settlement.month).limit(12))


def shop_months_page(session: Session, merchant_id: int, page: PageRequest) -> Page[SettlementRow]:
    """Return a page of a merchant's months, newest first. Key: month, the row's key."""
    statement = (
        _select()
        .where(Settlement.merchant_id == merchant_id)
        .order_by(Settlement.month.desc(), Settlement.id.desc())
        .limit(page.limit + 1)
    )
    if page.after:
        statement = statement.where(_before(page))
    return cut(_rows(session, statement), page.limit, lambda row: (row.month, row.id))


def _before(page: PageRequest) -> Any:
    last, key = page.after or ("", 0)
    return or_(Settlement.month < last, and_(Settlement.month == last, Settlement.id < key))


def months_page(
    session: Session,
    page: PageRequest,
    *,
    paths: tuple[str, ...],
    state: SettlementState | None = None,
    month: str | None = None,
) -> Page[SettlementRow]:
    """Return the months of the merchants at or below `paths`, newest month first. Key: month, the row's key."""
    statement = (
        _select()
        .where(below_any(Area.path, paths))
        .order_by(Settlement.month.desc(), Settlement.id.desc())
        .limit(page.limit + 1)
    )
    if state is not None:
        statement = statement.where(Settlement.state == state)
    if month:
        statement = statement.where(Settlement.month == month)
    if page.after:
        statement = statement.where(_before(page))
    return cut(_rows(session, statement), page.limit, lambda row: (row.month, row.id))


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many months of a person's areas stand at each step."""

    to_answer: int = 0  # drafts with a disputed line nobody has answered
    to_check: int = 0
    to_approve: int = 0
    to_pay: int = 0

    @property
    def all(self) -> int:
        return self.to_answer + self.to_check + self.to_approve + self.to_pay


def waiting_months(session: Session, actor: Actor) -> Waiting:
    """Count the months at each step in this person's areas, whoever's turn it is: the same ones that the list under it shows."""
    paths = console_paths(actor)
    if not paths:
        return Waiting()
    disputed = (
        select(SettlementLine.id)
        .where(
            SettlementLine.settlement_id == Settlement.id,
            SettlementLine.disputed_at.is_not(None),
            SettlementLine.answered_at.is_(None),
        )
        .exists()
    )
    asked = (
        and_(Settlement.state == SettlementState.DRAFT, disputed),
        Settlement.state == SettlementState.CONFIRMED,
        Settlement.state == SettlementState.CHECKED,
        and_(Settlement.state == SettlementState.APPROVED, Settlement.total_fen != 0),
    )
    counts = session.execute(
        select(*(func.count().filter(each) for each in asked))
        .select_from(Settlement)
        .join(Merchant, Merchant.id == Settlement.merchant_id)
        .join(Area, Area.id == Merchant.area_id)
        .where(Settlement.state != SettlementState.PAID, below_any(Area.path, paths))
    ).one()
    return Waiting(*map(int, counts))
