"""Vouchers: one by code or id, a person's pack. The state is the one people see (`rules.shown_state`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.core.masking import mask_name
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.merchants.models import Merchant, Offer
from pointsapp.merchants.queries import MerchantCard, card_of
from pointsapp.people.models import Person
from pointsapp.redemption.models import Redemption, Voucher, VoucherState
from pointsapp.redemption.rules import shown_state


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRef:
    public_id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherView:
    """One voucher with its frozen terms; `redeemed_*` speak of the redemption that stands."""

    id: int
    public_id: str
    code: str
    person_id: int
    owner_name: str
    merchant: MerchantCard
    area_id: int
    area_path: str
    offer_id: int
    offer: OfferRef
    points: int
    agreed_fen: int | None
    terms: dict[str, Any]
    state: VoucherState
    hold_id: int
    holds: int
    issued_at: datetime
    issued_on: date
    expires_at: datetime
    closed_at: datetime | None
    redemption: str | None = None  # public id of the redemption that stands
    redeemed_at: datetime | None = None
    clerk_name: str | None = None
    balance: int | None = None  # what the owner can spend after the write that made this view
    is_repeat: bool = False

    @property
    def path(self) -> str:
        """What its QR opens (contract.md, "Code payloads")."""
        return f"/q/v/{self.code}"

    @property
    def owner_masked(self) -> str:
        return mask_name(self.owner_name)

    @property
    def redeemed_by(self) -> str | None:
        return None if self.clerk_name is None else mask_name(self.clerk_name)

    # What the ticket macro and the till's page call them.
    @property
    def offer_title(self) -> str:
        return self.offer.title

    @property
    def merchant_name(self) -> str:
        return self.merchant.name

    @property
    def description(self) -> str:
        return str(self.terms.get("description", ""))


_Clerk = aliased(Person)
_Select = Select[Voucher, str, Merchant, str, str, str | None, datetime | None, str | None]


def _select() -> _Select:
    return (
        select(
            Voucher,
            Person.name,
            Merchant,
            Area.path,
            Offer.public_id,
            Redemption.public_id,
            Redemption.redeemed_at,
            _Clerk.name,
        )
        .join(Person, Person.id == Voucher.person_id)
        .join(Merchant, Merchant.id == Voucher.merchant_id)
        .join(Area, Area.id == Merchant.area_id)
        .join(Offer, Offer.id == Voucher.offer_id)
        .outerjoin(Redemption, and_(Redemption.voucher_id == Voucher.id, Redemption.reversed_at.is_(None)))
        .outerjoin(_Clerk, _Clerk.id == Redemption.clerk_id)
    )


def _rows(session: Session, statement: _Select, now: datetime) -> list[VoucherView]:
    return [
        VoucherView(
            id=row.id,
            public_id=row.public_id,
            code=row.code,
            person_id=row.person_id,
            owner_name=owner,
            merchant=card_of(merchant),
            area_id=merchant.area_id,
            area_path=path,
            offer_id=row.offer_id,
            offer=OfferRef(public_id=offer, title=row.title),
            points=row.points,
            agreed_fen=row.agreed_fen,
            terms=row.terms,
            state=shown_state(row.state, row.expires_at, now),
            hold_id=row.hold_id,
            holds=row.holds,
            issued_at=row.issued_at,
            issued_on=row.issued_on,
            expires_at=row.expires_at,
            closed_at=row.closed_at,
            redemption=redemption,
            redeemed_at=redeemed_at,
            clerk_name=clerk,
        )
        for row, owner, merchant, path, offer, redemption, redeemed_at, clerk in session.execute(
            statement.execution_options(populate_existing=True)
        )
    ]


def voucher_by_code(session: Session, code: str, *, now: datetime) -> VoucherView | None:
    return next(iter(_rows(session, _select().where(Voucher.code == code), now)), None)


def voucher_by_public_id(session: Session, public_id: str, *, now: datetime) -> VoucherView | None:
    return next(iter(_rows(session, _select().where(Voucher.public_id == public_id), now)), None)


def vouchers_page(
    session: Session, person_id: int, page: PageRequest, *, now: datetime, is_open: bool | None = None
) -> Page[VoucherView]:
    """Return one page of a person's vouchers, newest first; `is_open`: only those that can be used, or only the others."""
    statement = _select().where(Voucher.person_id == person_id).order_by(Voucher.id.desc()).limit(page.limit + 1)
    usable = and_(Voucher.state == VoucherState.ISSUED, Voucher.expires_at > now)
    if is_open is not None:
        statement = statement.where(usable if is_open else ~usable)
    if page.after:
        statement = statement.where(Voucher.id < page.after[0])
    return cut(_rows(session, statement, now), page.limit, lambda row: (row.id,))
