"""The shop window: offers as cards for one person (or a guest), what can be had now first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pointsapp.core.actor import Actor
from pointsapp.core.paging import Page, PageRequest
from pointsapp.ledger.queries import person_balance
from pointsapp.merchants.queries import OfferFilter, OfferView, window_page
from pointsapp.merchants.rules import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferCard:
    """What the card shows; `affordable` is None for a guest, whose points nobody knows."""

    public_id: str
    title: str
    merchant_name: str
    area_name: str
    points: int
    stock_left: int | None
    opens_at: datetime | None  # only before its time
    ends_at: datetime | None
    affordable: bool | None
    short: int
    is_open: bool

    @property
    def can_get(self) -> bool:
        return bool(self.affordable) and self.is_open and self.stock_left != 0


def as_card(offer: OfferView, balance: int | None) -> OfferCard:
    """Return an offer as the shop window shows it to somebody with `balance` points; None is a guest, who is told nothing of their own."""
    return OfferCard(
        public_id=offer.public_id,
        title=offer.title,
        merchant_name=offer.merchant_name,
        area_name=offer.area.name,
        points=offer.points,
        stock_left=offer.left,
        opens_at=offer.starts_at if offer.standing is Standing.NOT_YET else None,
        ends_at=offer.ends_at,
        affordable=None if balance is None else offer.points <= balance,
        short=0 if balance is None else max(0, offer.points - balance),
        is_open=offer.standing is Standing.OPEN,
    )


def balance_of(session: Session, actor: Actor | None) -> int | None:
    """Return what the actor can spend now, None for a guest."""
    return None if actor is None else person_balance(session, actor.person_id)


def offer_cards(
    session: Session, page: PageRequest, by: OfferFilter, *, balance: int | None, now: datetime
) -> Page[OfferCard]:
    """Return one page of cards; without a balance (a guest) simply the cheapest first."""
    found = window_page(session, page, by, balance=-1 if balance is None else balance, now=now)
    return Page(tuple(as_card(offer, balance) for offer in found.items), found.next_cursor)
