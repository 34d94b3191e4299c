"""Vouchers: one by code or id, a person's pack. The state is the one people see (`rules.shown_state`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.db import table_of
from pointsapp.core.masking import mask_name
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.core.swift import Swift
from pointsapp.merchants.models import Merchant, Offer
from pointsapp.merchants.queries import MerchantCard
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


_voucher, _merchant = table_of(Voucher), table_of(Merchant)
_owner, _clerk = table_of(Person).alias("owner"), table_of(Person).alias("clerk")
_OWN = (
    "id", "public_id", "code", "person_id", "offer_id", "title", "points", "agreed_fen", "terms", "state", "hold_id", "holds",
    "issued_at", "issued_on", "expires_at", "closed_at",
)  # fmt: skip
_CARD = tuple(MerchantCard.__dataclass_fields__)


def _select() -> Select[Any]:
    return (
        select(
            *(_voucher.c[name] for name in _OWN),
            _owner.c.name.label("owner_name"),
            *(_merchant.c[name].label(f"merchant_{name}") for name in _CARD),
            _merchant.c.area_id,
            Area.path.label("area_path"),
            Offer.public_id.label("offer_public_id"),
            Redemption.public_id.label("redemption"),
            Redemption.redeemed_at,
            _clerk.c.name.label("clerk_name"),
        )
        .select_from(_voucher)
        .join(_owner, _owner.c.id == _voucher.c.person_id)
        .join(_merchant, _merchant.c.id == _voucher.c.merchant_id)
        .join(Area, Area.id == _merchant.c.area_id)
        .join(Offer, Offer.id == _voucher.c.offer_id)
        .outerjoin(Redemption, and_(Redemption.voucher_id == _voucher.c.id, Redemption.reversed_at.is_(None)))
        .outerjoin(_clerk, _clerk.c.id == Redemption.clerk_id)
    )


def _view(row: Any, now: datetime) -> VoucherView:
    return VoucherView(
        merchant=MerchantCard(**{name: getattr(row, f"merchant_{name}") for name in _CARD}),
        offer=OfferRef(public_id=row.offer_public_id, title=row.title),
        state=shown_state(row.state, row.expires_at, now),
        **{name: getattr(row, name) for name in _SAME},
    )


# What the view calls as the row does.
_SAME = (
    *(name for name in _OWN if name not in ("title", "state")),
    "owner_name", "area_id", "area_path", "redemption", "redeemed_at", "clerk_name",
)  # fmt: skip
_BY_CODE = Swift(lambda: _select().where(_voucher.c.code == bindparam("code")))
_BY_PUBLIC_ID = Swift(lambda: _select().where(_voucher.c.public_id == bindparam("public_id")))


def voucher_by_code(session: Session, code: str, *, now: datetime) -> VoucherView | None:
    """Return the voucher a code names, in whatever state; the caller has judged who asks."""
    row = _BY_CODE.one(session, code=code)
    return None if row is None else _view(row, now)


def voucher_by_public_id(session: Session, public_id: str, *, now: datetime) -> VoucherView | None:
    """Return the voucher, in whatever state, whoever asks: the caller judges who may read it."""
    row = _BY_PUBLIC_ID.one(session, public_id=public_id)
    return None if row is None else _view(row, now)


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
    rows = [_view(row, now) for row in session.execute(statement)]
    return cut(rows, page.limit, lambda row: (row.id,))
