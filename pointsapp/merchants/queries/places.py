"""Merchants themselves: found by id or code, listed by area, listed for who works there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below_any
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.merchants.models import Merchant

MAX_REFERENCE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantCard:
    """What stands on an offer or a voucher about the shop: who, where, when open."""

    id: int
    public_id: str
    code: str
    name: str
    address: str
    phone: str | None
    opening_hours: str | None


def _card(merchant: Merchant) -> dict[str, Any]:
    """Return the fields of `MerchantCard`."""
    return {field.name: getattr(merchant, field.name) for field in fields(MerchantCard)}


def card_of(merchant: Merchant) -> MerchantCard:
    return MerchantCard(**_card(merchant))


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRef:
    public_id: str
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantRow(MerchantCard):
    """One merchant as anybody signed in may see it; `area_path` decides who looks after it."""

    paused_at: datetime | None
    pause_reason: str | None
    area_id: int
    area_path: str
    area: AreaRef

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None


def _select() -> Select[Merchant, str, str, str, str]:
    return select(Merchant, Area.path, Area.public_id, Area.code, Area.name).join(Area, Area.id == Merchant.area_id)


def _rows(session: Session, statement: Select[Merchant, str, str, str, str]) -> list[MerchantRow]:
    return [
        MerchantRow(
            **_card(merchant),
            paused_at=merchant.paused_at,
            pause_reason=merchant.pause_reason,
            area_id=merchant.area_id,
            area_path=path,
            area=AreaRef(public_id=public_id, code=code, name=name),
        )
        for merchant, path, public_id, code, name in session.execute(
            statement.execution_options(populate_existing=True)
        )
    ]


def find_merchant(session: Session, id_or_code: str | None) -> MerchantRow | None:
    """Return the merchant with this public id or code; None when there is none."""
    if not id_or_code or len(id_or_code) > MAX_REFERENCE:
        return None
    found = _rows(session, _select().where(or_(Merchant.public_id == id_or_code, Merchant.code == id_or_code)))
    return min(found, key=lambda row: row.public_id != id_or_code, default=None)


def merchants_by_codes(session: Session, codes: Iterable[str]) -> dict[str, MerchantRow]:
    """Return the merchants with these codes, by code."""
    return {row.code: row for row in _rows(session, _select().where(Merchant.code.in_(set(codes))))}


def require_merchant(session: Session, id_or_code: str | None) -> MerchantRow:
    """Return the merchant; NotFound when there is none."""
    row = find_merchant(session, id_or_code)
    if row is None:
        raise NotFound()
    return row


def merchant_by_id(session: Session, merchant_id: int) -> MerchantRow:
    """Return a merchant that some row names, in whatever state: merchants are never deleted, so there is one."""
    return _rows(session, _select().where(Merchant.id == merchant_id))[0]


def merchants_of(session: Session, ids: Iterable[int]) -> list[MerchantRow]:
    """Return the merchants with these keys, by name: the shops somebody works for."""
    wanted = tuple(ids)
    return _rows(session, _select().where(Merchant.id.in_(wanted)).order_by(Merchant.name)) if wanted else []


def merchants_page(
    session: Session, page: PageRequest, *, paths: tuple[str, ...] = ("/",), q: str | None = None
) -> Page[MerchantRow]:
    """Return one page of the merchants at or below `paths`, by code."""
    statement = _select().where(below_any(Area.path, paths)).order_by(Merchant.code).limit(page.limit + 1)
    if q:
        statement = statement.where(or_(Merchant.name.contains(q, autoescape=True), Merchant.code == q))
    if page.after:
        statement = statement.where(Merchant.code > page.after[0])
    return cut(_rows(session, statement), page.limit, lambda row: (row.code,))
