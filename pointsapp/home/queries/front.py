"""The first page: what a neighbour wants to know today. What all neighbours share is kept, the person's own is read each time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import BigInteger, BindParameter, Select, bindparam, func, select, type_coerce
from sqlalchemy.orm import Session

from pointsapp.areas.queries import root_of
from pointsapp.core import clock, policy
from pointsapp.core.actor import Actor
from pointsapp.core.db import UTCDateTime, table_of
from pointsapp.core.kept import Kept
from pointsapp.core.swift import Swift
from pointsapp.home.policies import LEVEL_POINTS
from pointsapp.home.queries.nearby import LOOKED_AT, Community, ShiftCard, community_of, nearest_shifts
from pointsapp.home.rules import NEAR, SOON, Level, level_of
from pointsapp.ledger.queries import PersonPoints, person_points
from pointsapp.merchants.queries import OpenOffer, open_offers
from pointsapp.notices.models import Notice
from pointsapp.privacy.models import Erasure, ErasureState
from pointsapp.tasks.models import SignupState
from pointsapp.tasks.queries import Commitment, commitments

MOST_TASKS, MOST_OFFERS = 3, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferLine:
    """One offer, as the offer card shows it. `affordable` is None for a guest, who has no points to compare."""

    public_id: str
    title: str
    merchant_name: str
    area_name: str
    points: int
    stock_left: int | None
    ends_at: datetime | None
    affordable: bool | None
    short: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The one line about today: one's own next shift, else the next with a free place."""

    mine: Commitment | None
    open: ShiftCard | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontPage:
    """Everything on the first page; the person's parts are None for a guest."""

    tasks: tuple[ShiftCard, ...]
    offers: tuple[OfferLine, ...]
    today: Today
    points: PersonPoints | None = None
    level: Level | None = None
    community: Community | None = None
    lapsing: tuple[date, int] | None = None
    unread: int = 0
    leaving_at: datetime | None = None  # the account is closed then, unless that is taken back

    @property
    def can_get_some(self) -> bool:
        return any(offer.affordable for offer in self.offers)


_nearby: Kept[tuple[ShiftCard, ...]] = Kept()
_window: Kept[tuple[OpenOffer, ...]] = Kept(most=64)
_together: Kept[Community | None] = Kept()
_steps: Kept[list[int]] = Kept(most=4)


def _news() -> Select[Any]:
    """Build the one look at what a person must hear of: unread notices, and the day their account is closed."""
    notice, erasure = table_of(Notice), table_of(Erasure)
    person: BindParameter[int] = bindparam("person_id", type_=BigInteger())
    unread = select(func.count()).where(notice.c.person_id == person, notice.c.read_at.is_(None))
    leaving = select(func.max(erasure.c.due_at)).where(
        erasure.c.person_id == person, erasure.c.state == ErasureState.WAITING
    )
    return select(
        unread.scalar_subquery().label("unread"),
        type_coerce(leaving.scalar_subquery(), UTCDateTime()).label("leaving_at"),
    )


_NEWS = Swift(_news)


def front_page(session: Session, actor: Actor | None, *, now: datetime) -> FrontPage:
    """Return the first page of this person, or of a guest."""
    home = actor.home_path if actor is not None else None
    offers = _window.get(
        root_of(home) if home else None, lambda: open_offers(session, root_of(home) if home else None, now=now)
    )
    if actor is None:
        near = _nearby.get("guest", lambda: nearest_shifts(session, None, now=now))
        lines = tuple(_line(each, None) for each in _first_of_each(offers, MOST_TASKS))
        return FrontPage(tasks=near[:MOST_TASKS], offers=lines, today=Today(mine=None, open=_soonest(near)))
    points = person_points(session, actor.person_id, now=now)
    promised = commitments(session, actor.person_id)
    near = _near_me(session, actor, promised, now)
    steps = _steps.get("levels", lambda: policy.value(session, LEVEL_POINTS, now=now))
    lapsing = next(iter(points.expiring), None)
    news = _NEWS.one(session, person_id=actor.person_id)
    return FrontPage(
        tasks=near[:MOST_TASKS],
        offers=_offers(offers, points.balance),
        today=Today(mine=_next_of(promised, now), open=_soonest(near)),
        points=points,
        level=level_of(points.earned_total, steps),
        community=_together.get(home, lambda: community_of(session, home, now=now)),
        lapsing=lapsing if lapsing and lapsing[0] <= clock.local_day(now + SOON) else None,
        unread=news.unread,
        leaving_at=news.leaving_at,
    )


def _soonest(near: Sequence[ShiftCard]) -> ShiftCard | None:
    return min(near, key=lambda card: card.starts_at, default=None)


def _next_of(promised: Sequence[Commitment], now: datetime) -> Commitment | None:
    """Return the sign-up that today is about: a place kept for an answer before all, as it is lost unanswered; a confirmed one when its hour comes."""
    ahead = islice((one for one in promised if one.is_ahead(now)), 3)
    news = [
        one
        for one in ahead
        if one.state is SignupState.OFFERED or (one.state is SignupState.CONFIRMED and one.starts_at <= now + NEAR)
    ]
    return min(news, key=lambda one: one.state is not SignupState.OFFERED, default=None)  # the soonest of its kind


def _near_me(session: Session, actor: Actor, promised: Sequence[Commitment], now: datetime) -> tuple[ShiftCard, ...]:
    """Return the shifts near a home that this person could still take; read for them alone where the kept ones run out."""
    kept = _nearby.get(("home", actor.home_path), lambda: nearest_shifts(session, actor, now=now))
    mine = {one.task_id for one in promised}
    near = tuple(card for card in kept if card.task_id not in mine)
    if len(near) < MOST_TASKS and len(kept) == LOOKED_AT:
        return nearest_shifts(session, actor, now=now, without_own=True)
    return near


def _offers(offers: Sequence[OpenOffer], balance: int) -> tuple[OfferLine, ...]:
    """Return what one can get now, the best first; where there is nothing yet, what is nearest.

    Three shops may give the same thing: one of them stands here, the window shows all.
    """
    end = bisect_right(offers, balance, key=lambda offer: offer.points)
    if end:
        best = sorted(offers[:end], key=lambda offer: (-offer.points, -offer.id))
        return tuple(_line(each, balance) for each in _first_of_each(best, MOST_OFFERS))
    return tuple(_line(each, balance) for each in _first_of_each(offers, MOST_TASKS))


def _first_of_each(offers: Iterable[OpenOffer], most: int) -> list[OpenOffer]:
    by_title: dict[str, OpenOffer] = {}
    for offer in offers:
        by_title.setdefault(offer.title, offer)
        if len(by_title) == most:
            break
    return list(by_title.values())


def _line(offer: OpenOffer, balance: int | None) -> OfferLine:
    return OfferLine(
        public_id=offer.public_id,
        title=offer.title,
        merchant_name=offer.merchant_name,
        area_name=offer.area_name,
        points=offer.points,
        stock_left=offer.left,
        ends_at=offer.ends_at,
        affordable=None if balance is None else offer.points <= balance,
        short=0 if balance is None else max(offer.points - balance, 0),
    )
