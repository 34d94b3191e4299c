"""The office approves or returns an offer: a second person, never one of the merchant's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import Conflict, NotFound
from pointsapp.core.states import must_move
from pointsapp.merchants.models import Offer, OfferState, OfferVersion
from pointsapp.merchants.policies import may_decide_offer, may_see_unapproved
from pointsapp.merchants.queries import OfferView, offer_view
from pointsapp.merchants.services.offers import tell


def approve_offer(
    session: Session, actor: Actor, offer: str, version: int | None = None, *, now: datetime
) -> OfferView:
    """Show the newest terms to residents from now on; a repeat changes nothing."""
    seen = _to_decide(session, actor, offer, version, now)
    if seen.newest.state is OfferState.APPROVED:
        return replace(seen, is_repeat=True)
    if seen.newest.state is not OfferState.PENDING:
        raise Conflict()
    _decide(session, actor, seen, OfferState.APPROVED, now)
    must_move(
        session,
        update(Offer)
        .where(Offer.id == seen.id, Offer.newest_version == seen.newest.number, Offer.withdrawn_at.is_(None))
        .values(live_version=seen.newest.number, stock=seen.newest.stock, daily_limit=seen.newest.daily_limit),
    )
    return _decided(session, actor, seen, "merchants.offer_approved", now)


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectOffer:
    offer: str
    reason: str
    version: int | None = None


def reject_offer(session: Session, actor: Actor, command: RejectOffer, *, now: datetime) -> OfferView:
    """Return the newest terms with a reason; what residents already see stays as it is."""
    seen = _to_decide(session, actor, command.offer, command.version, now)
    if seen.newest.state is OfferState.REJECTED:
        return replace(seen, is_repeat=True)
    if seen.newest.state is not OfferState.PENDING:
        raise Conflict()
    _decide(session, actor, seen, OfferState.REJECTED, now, decline_reason=command.reason)
    return _decided(session, actor, seen, "merchants.offer_rejected", now, reason=command.reason)


def _to_decide(session: Session, actor: Actor, offer: str, version: int | None, now: datetime) -> OfferView:
    seen = offer_view(session, offer, now=now, newest=True)
    if seen is None:
        raise NotFound()
    if seen.live_version is None and not (
        may_see_unapproved(actor, seen.merchant_id, seen.area_path) or actor.is_staff_anywhere
    ):
        raise NotFound()
    require(may_decide_offer(actor, seen.merchant_id, seen.area_path, seen.newest.written_by_id))
    if seen.state is OfferState.WITHDRAWN or (version is not None and version != seen.newest.number):
        raise Conflict()  # the office read other terms than these
    return seen


def _decide(session: Session, actor: Actor, seen: OfferView, state: OfferState, now: datetime, **also: Any) -> None:
    must_move(
        session,
        update(OfferVersion)
        .where(
            OfferVersion.offer_id == seen.id,
            OfferVersion.number == seen.newest.number,
            OfferVersion.state == OfferState.PENDING,
        )
        .values(state=state, decided_by_id=actor.person_id, decided_at=now, **also),
    )


def _decided(session: Session, actor: Actor, seen: OfferView, kind: str, now: datetime, **facts: Any) -> OfferView:
    tell(
        session,
        kind,
        seen.id,
        seen.area_id,
        actor,
        now,
        person_id=seen.newest.written_by_id,
        offer=seen.public_id,
        title=seen.newest.title,
        merchant=seen.merchant.code,
        **facts,
    )
    row = offer_view(session, seen.public_id, now=now, newest=True)
    assert row is not None
    return row
