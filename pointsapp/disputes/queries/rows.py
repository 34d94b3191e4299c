"""Disputes with their redemption: one by its id, a desk's in the order of their due days, a shop's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below_any
from pointsapp.core.masking import mask_name
from pointsapp.core.paging import Page, PageRequest, cut, day
from pointsapp.disputes.models import Dispute, DisputeKind, DisputeState
from pointsapp.merchants.models import Merchant
from pointsapp.people.models import Person
from pointsapp.redemption.models import Redemption, Voucher

SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeRow:
    """One dispute; the resident's name is masked."""

    id: int
    public_id: str
    state: DisputeState
    kind: DisputeKind
    opened_at: datetime
    due_on: date
    closed_at: datetime | None
    decision_reason: str | None
    decided_by: str | None
    person_id: int
    resident: str
    merchant_id: int
    merchant_name: str
    merchant_public_id: str
    area_id: int
    area_path: str
    redemption: str
    redeemed_at: datetime
    undone_at: datetime | None
    clerk_id: int
    clerk: str
    points: int
    voucher_id: int
    voucher: str
    title: str
    is_repeat: bool = False

    @property
    def is_open(self) -> bool:
        return self.state is DisputeState.OPEN


_Resident, _Clerk, _Decider = aliased(Person), aliased(Person), aliased(Person)


_Select = Select[Dispute, Redemption, Voucher, Merchant, str, str, str, str]


def _select() -> _Select:
    return (
        select(Dispute, Redemption, Voucher, Merchant, Area.path, _Resident.name, _Clerk.name, _Decider.name)
        .join(Redemption, Redemption.id == Dispute.redemption_id)
        .join(Voucher, Voucher.id == Redemption.voucher_id)
        .join(Merchant, Merchant.id == Dispute.merchant_id)
        .join(Area, Area.id == Merchant.area_id)
        .join(_Resident, _Resident.id == Dispute.person_id)
        .join(_Clerk, _Clerk.id == Redemption.clerk_id)
        .outerjoin(_Decider, _Decider.id == Dispute.decided_by_id)
    )


def _rows(session: Session, statement: _Select) -> list[DisputeRow]:
    return [
        DisputeRow(
            id=row.id,
            public_id=row.public_id,
            state=row.state,
            kind=row.kind,
            opened_at=row.opened_at,
            due_on=row.due_on,
            closed_at=row.closed_at,
            decision_reason=row.decision_reason,
            decided_by=decider,
            person_id=row.person_id,
            resident=mask_name(resident),
            merchant_id=merchant.id,
            merchant_name=merchant.name,
            merchant_public_id=merchant.public_id,
            area_id=merchant.area_id,
            area_path=path,
            redemption=use.public_id,
            redeemed_at=use.redeemed_at,
            undone_at=use.reversed_at,
            clerk_id=use.clerk_id,
            clerk=mask_name(clerk),
            points=use.points,
            voucher_id=voucher.id,
            voucher=voucher.public_id,
            title=voucher.title,
        )
        for row, use, voucher, merchant, path, resident, clerk, decider in session.execute(
            statement.execution_options(populate_existing=True)
        )
    ]


def dispute_row(session: Session, public_id: str) -> DisputeRow | None:
    """Return the dispute with this public id, whoever asks: the caller judges who may read it."""
    return next(iter(_rows(session, _select().where(Dispute.public_id == public_id))), None)


def dispute_of_redemption(session: Session, redemption: str) -> DisputeRow | None:
    """Return the dispute of a redemption that stands: open or decided, not withdrawn."""
    statement = _select().where(Redemption.public_id == redemption, Dispute.state != DisputeState.WITHDRAWN)
    return next(iter(_rows(session, statement)), None)


def disputes_page(
    session: Session, page: PageRequest, *, paths: tuple[str, ...], is_open: bool = True
) -> Page[DisputeRow]:
    """Return a desk's disputes: the open ones by their due day, the closed ones newest first."""
    statement = _select().where(below_any(Area.path, paths)).limit(page.limit + 1)
    if is_open:
        statement = statement.where(Dispute.state == DisputeState.OPEN).order_by(Dispute.due_on, Dispute.id)
        if page.after:
            due_on, key = day(page.after[0]), page.after[1]
            statement = statement.where(or_(Dispute.due_on > due_on, and_(Dispute.due_on == due_on, Dispute.id > key)))
    else:
        statement = statement.where(Dispute.state != DisputeState.OPEN).order_by(Dispute.id.desc())
        if page.after:
            statement = statement.where(Dispute.id < page.after[1])
    return cut(_rows(session, statement), page.limit, lambda row: (row.due_on.isoformat(), row.id))


def disputes_about(
    session: Session, page: PageRequest, *, person_id: int | None = None, merchant_id: int | None = None
) -> Page[DisputeRow]:
    """Return the disputes of one person, or about one shop, the newest first."""
    mine = Dispute.person_id == person_id if merchant_id is None else Dispute.merchant_id == merchant_id
    statement = _select().where(mine).order_by(Dispute.id.desc()).limit(page.limit + 1)
    if page.after:
        statement = statement.where(Dispute.id < page.after[0])
    return cut(_rows(session, statement), page.limit, lambda row: (row.id,))


def disputes_with(session: Session, merchant_ids: Iterable[int]) -> list[DisputeRow]:
    """Return the disputes of these shops, newest first, at most SHOWN."""
    statement = _select().where(Dispute.merchant_id.in_(tuple(merchant_ids))).order_by(Dispute.id.desc()).limit(SHOWN)
    return _rows(session, statement)


def count_open(session: Session, paths: tuple[str, ...]) -> int:
    """Count what waits for a desk."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Dispute)
            .join(Merchant, Merchant.id == Dispute.merchant_id)
            .join(Area, Area.id == Merchant.area_id)
            .where(Dispute.state == DisputeState.OPEN, below_any(Area.path, paths))
        )
        or 0
    )
