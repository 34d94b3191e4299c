"""Offers as residents see them (the live version) and as the merchant and the office do (the newest one too)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below, below_any
from pointsapp.core.clock import local_day
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.merchants.models import Funding, Merchant, Offer, OfferState, OfferVersion
from pointsapp.merchants.queries.places import AreaRef, MerchantCard, card_of
from pointsapp.merchants.rules import Standing, least_left, left_of, left_today, standing_of


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsView:
    """One version of an offer's terms."""

    id: int
    number: int
    state: OfferState
    title: str
    description: str
    points: int
    stock: int | None
    per_person_limit: int | None
    daily_limit: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    funding: Funding
    agreed_fen: int | None
    funding_unit: str | None
    funded_from_on: date | None
    funded_until_on: date | None
    written_by_id: int
    submitted_at: datetime | None
    decline_reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferView:
    """An offer with one version shown; `newest` is the version that waits or waited for a decision."""

    id: int
    public_id: str
    merchant: MerchantCard
    area: AreaRef
    area_id: int
    area_path: str
    standing: Standing
    state: OfferState
    shown: TermsView
    newest: TermsView
    live: TermsView | None
    live_version: int | None
    taken: int
    stock_left: int | None  # in all
    left_today: int | None
    is_repeat: bool = False

    @property
    def left(self) -> int | None:
        """How many can be taken now, None for no bound."""
        return least_left(self.stock_left, self.left_today)

    @property
    def merchant_id(self) -> int:
        return self.merchant.id

    @property
    def title(self) -> str:
        return self.shown.title

    @property
    def description(self) -> str:
        return self.shown.description

    @property
    def points(self) -> int:
        return self.shown.points

    @property
    def per_person_limit(self) -> int | None:
        return self.shown.per_person_limit

    @property
    def daily_limit(self) -> int | None:
        return self.shown.daily_limit

    @property
    def starts_at(self) -> datetime | None:
        return self.shown.starts_at

    @property
    def ends_at(self) -> datetime | None:
        return self.shown.ends_at

    @property
    def merchant_name(self) -> str:
        return self.merchant.name

    @property
    def has_change(self) -> bool:
        """Whether a newer version than the one residents see exists."""
        return self.live_version is not None and self.newest.number != self.live_version


Live, Newest = aliased(OfferVersion), aliased(OfferVersion)
_Select = Select[Offer, OfferVersion, OfferVersion, Merchant, str, str, str, str]


def _select() -> _Select:
    return (
        select(Offer, Live, Newest, Merchant, Area.path, Area.public_id, Area.code, Area.name)
        .join(Merchant, Merchant.id == Offer.merchant_id)
        .join(Area, Area.id == Merchant.area_id)
        .join(Newest, and_(Newest.offer_id == Offer.id, Newest.number == Offer.newest_version))
        .outerjoin(Live, and_(Live.offer_id == Offer.id, Live.number == Offer.live_version))
    )


def _rows(session: Session, statement: _Select, *, now: datetime, newest: bool = False) -> list[OfferView]:
    found = session.execute(statement.execution_options(populate_existing=True))
    return [_view(*row, now=now, newest=newest) for row in found]


def _view(
    offer: Offer,
    live: OfferVersion | None,
    last: OfferVersion,
    merchant: Merchant,
    path: str,
    area_id: str,
    area_code: str,
    area_name: str,
    *,
    now: datetime,
    newest: bool,
) -> OfferView:
    shown = last if newest or live is None else live
    return OfferView(
        id=offer.id,
        public_id=offer.public_id,
        merchant=card_of(merchant),
        area=AreaRef(public_id=area_id, code=area_code, name=area_name),
        area_id=merchant.area_id,
        area_path=path,
        standing=standing_of(
            live_version=offer.live_version,
            is_withdrawn=offer.withdrawn_at is not None,
            is_paused=merchant.paused_at is not None,
            starts_at=shown.starts_at,
            ends_at=shown.ends_at,
            now=now,
        ),
        state=OfferState.WITHDRAWN if offer.withdrawn_at is not None else shown.state,
        shown=_terms(shown),
        newest=_terms(last),
        live=_terms(live) if live else None,
        live_version=offer.live_version,
        taken=offer.taken,
        stock_left=left_of(shown.stock, offer.taken),
        left_today=left_today(shown.daily_limit, offer.day, offer.day_taken, local_day(now)),
    )


def _terms(row: OfferVersion) -> TermsView:
    return TermsView(**{name: getattr(row, name) for name in TermsView.__slots__})


def offer_view(session: Session, public_id: str, *, now: datetime, newest: bool = False) -> OfferView | None:
    """Return one offer, showing the version residents see (or the newest); None when there is none."""
    return next(iter(_rows(session, _select().where(Offer.public_id == public_id), now=now, newest=newest)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFilter:
    """`path`: at or below this area; `at_most`: points one can pay; `q`: a word in title or shop."""

    path: str | None = None
    at_most: int | None = None
    merchant_id: int | None = None
    q: str | None = None


def _on_show(by: OfferFilter, now: datetime) -> list[ColumnElement[bool]]:
    """Return the conditions of the shop window: approved, not withdrawn, not paused, not over."""
    conditions = [
        Offer.live_version.is_not(None),
        Offer.withdrawn_at.is_(None),
        Merchant.paused_at.is_(None),
        or_(Live.ends_at.is_(None), Live.ends_at > now),
    ]
    if by.path is not None:
        conditions.append(below(Area.path, by.path))
    if by.at_most is not None:
        conditions.append(Live.points <= by.at_most)
    if by.merchant_id is not None:
        conditions.append(Offer.merchant_id == by.merchant_id)
    if by.q:
        conditions.append(
            or_(Live.title.contains(by.q, autoescape=True), Merchant.name.contains(by.q, autoescape=True))
        )
    return conditions


def offers_page(session: Session, page: PageRequest, by: OfferFilter, *, now: datetime) -> Page[OfferView]:
    """Return one page of what residents may see, newest first."""
    statement = _select().where(*_on_show(by, now)).order_by(Offer.id.desc()).limit(page.limit + 1)
    if page.after:
        statement = statement.where(Offer.id < page.after[0])
    return cut(_rows(session, statement, now=now), page.limit, lambda row: (row.id,))


def window_page(
    session: Session, page: PageRequest, by: OfferFilter, *, balance: int, now: datetime
) -> Page[OfferView]:
    """Return one page of the shop window: what one can get now first, then what one could save for, the nearest first."""
    today = local_day(now)
    can_get = and_(
        Live.points <= balance,
        or_(Live.starts_at.is_(None), Live.starts_at <= now),
        or_(Offer.stock.is_(None), Offer.taken < Offer.stock),
        or_(Offer.daily_limit.is_(None), Offer.day.is_(None), Offer.day != today, Offer.day_taken < Offer.daily_limit),
    )
    rank = case((can_get, 0), else_=1)
    # Among what one can get, the best first; among the rest, the cheapest.
    price = case((can_get, -Live.points), else_=Live.points)
    statement = _select().where(*_on_show(by, now)).order_by(rank, price, Offer.id.desc()).limit(page.limit + 1)
    if page.after:
        after_rank, after_price, after_id = page.after
        statement = statement.where(
            tuple_(rank, price, -Offer.id) > tuple_(literal(after_rank), literal(after_price), literal(-after_id))
        )

    def key(row: OfferView) -> tuple[int, int, int]:
        can = row.points <= balance and row.standing is Standing.OPEN and row.left != 0
        return (0, -row.points, row.id) if can else (1, row.points, row.id)

    return cut(_rows(session, statement, now=now), page.limit, key)


def offers_of_merchant(
    session: Session, merchant_id: int, page: PageRequest, *, withdrawn: bool = False, now: datetime
) -> Page[OfferView]:
    """Return a page of one merchant's offers, standing or `withdrawn`, newest first: for its own people and the office."""
    statement = (
        _select()
        .where(
            Offer.merchant_id == merchant_id,
            Offer.withdrawn_at.is_not(None) if withdrawn else Offer.withdrawn_at.is_(None),
        )
        .order_by(Offer.id.desc())
        .limit(page.limit + 1)
    )
    if page.after:
        statement = statement.where(Offer.id < page.after[0])
    return cut(_rows(session, statement, now=now), page.limit, lambda row: (row.id,))


def _waits(paths: tuple[str, ...]) -> list[ColumnElement[bool]]:
    return [Newest.state == OfferState.PENDING, Offer.withdrawn_at.is_(None), below_any(Area.path, paths)]


def offers_to_decide(session: Session, paths: tuple[str, ...], page: PageRequest, *, now: datetime) -> Page[OfferView]:
    """Return a page of the offers at or below `paths` whose newest version waits for approval, the oldest first."""
    statement = _select().where(*_waits(paths)).order_by(Newest.id).limit(page.limit + 1)
    if page.after:
        statement = statement.where(Newest.id > page.after[0])
    return cut(_rows(session, statement, now=now, newest=True), page.limit, lambda row: (row.newest.id,))


def count_to_decide(session: Session, paths: tuple[str, ...]) -> int:
    """Return how many offers at or below `paths` wait for approval."""
    waiting = _select().where(*_waits(paths)).with_only_columns(Offer.id).subquery()
    return session.scalar(select(func.count()).select_from(waiting)) or 0
