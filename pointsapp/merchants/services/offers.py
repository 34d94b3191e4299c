"""Managers write offers; every edit of submitted terms is a new version that waits while residents see the old one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from pointsapp.core import clock, events
from pointsapp.core.actor import Actor, require
from pointsapp.core.codes import new_public_id
from pointsapp.core.errors import Conflict, Forbidden, NotFound
from pointsapp.core.states import must_move, rows_changed
from pointsapp.merchants.errors import TermsWrong, UnknownMerchant, WrongMerchant
from pointsapp.merchants.models import Offer, OfferState, OfferVersion
from pointsapp.merchants.policies import may_run_merchant, may_see_unapproved, may_write_offers
from pointsapp.merchants.queries import OfferView, find_merchant, offer_view
from pointsapp.merchants.rules import OfferTerms, troubles, within_funding


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateOffer:
    """`merchant` is an id or a code; without `submit` the offer stays a draft."""

    merchant: str
    terms: OfferTerms
    submit: bool = True


def create_offer(session: Session, actor: Actor, command: CreateOffer, *, now: datetime) -> OfferView:
    """Write an offer down and, unless it is a draft, send it for approval."""
    merchant = find_merchant(session, command.merchant)
    if merchant is None:
        raise UnknownMerchant("merchant_id")
    _require_writer(actor, merchant.id)
    terms = _checked(command.terms, now)
    public_id = new_public_id()
    offer_id: int = session.execute(
        insert(Offer)
        .values(public_id=public_id, merchant_id=merchant.id, newest_version=1, taken=0, day_taken=0, created_at=now)
        .returning(Offer.id)
    ).scalar_one()
    _insert_version(session, actor, offer_id, 1, terms, submit=command.submit, now=now)
    if command.submit:
        tell(session, "merchants.offer_submitted", offer_id, merchant.area_id, actor, now, offer=public_id)
    return _after(session, public_id, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditOffer:
    """`offer` is the public id; `version` the one the form was filled from, so that no edit is overwritten unseen."""

    offer: str
    terms: OfferTerms
    version: int | None = None
    submit: bool = True


def edit_offer(session: Session, actor: Actor, command: EditOffer, *, now: datetime) -> OfferView:
    """Write new terms: a draft in place, anything submitted as the next version."""
    seen = _seen(session, actor, command.offer, now)
    _require_writer(actor, seen.merchant_id)
    if seen.state is OfferState.WITHDRAWN:
        raise Conflict()
    last = seen.newest
    if command.version is not None and command.version != last.number:
        raise Conflict()
    terms = _checked(command.terms, now)
    if last.state is OfferState.DRAFT:
        must_move(
            session, _version(seen.id, last.number, last.state).values(**_columns(terms, actor, command.submit, now))
        )
    else:
        if last.state is OfferState.PENDING:  # what nobody has decided yet is replaced
            must_move(session, _version(seen.id, last.number, last.state).values(state=OfferState.WITHDRAWN))
        must_move(
            session,
            update(Offer)
            .where(Offer.id == seen.id, Offer.newest_version == last.number, Offer.withdrawn_at.is_(None))
            .values(newest_version=last.number + 1),
        )
        _insert_version(session, actor, seen.id, last.number + 1, terms, submit=command.submit, now=now)
    if command.submit:
        tell(session, "merchants.offer_submitted", seen.id, seen.area_id, actor, now, offer=seen.public_id)
    return _after(session, seen.public_id, now)


def withdraw_offer(session: Session, actor: Actor, offer: str, *, now: datetime) -> OfferView:
    """Take an offer down for good; vouchers already issued still count. A repeat changes nothing."""
    seen = _seen(session, actor, offer, now)
    require(may_run_merchant(actor, seen.merchant_id, seen.area_path))
    if seen.state is OfferState.WITHDRAWN:
        return seen
    must_move(session, update(Offer).where(Offer.id == seen.id, Offer.withdrawn_at.is_(None)).values(withdrawn_at=now))
    rows_changed(
        session,
        update(OfferVersion)
        .where(OfferVersion.offer_id == seen.id, OfferVersion.number.in_((seen.newest.number, seen.shown.number)))
        .values(state=OfferState.WITHDRAWN),
    )
    tell(session, "merchants.offer_withdrawn", seen.id, seen.area_id, actor, now, offer=seen.public_id)
    return _after(session, seen.public_id, now)


def _seen(session: Session, actor: Actor, offer: str, now: datetime) -> OfferView:
    """Return the offer; 404 for who may not know of it, 403 by `_require_writer` for who may."""
    seen = offer_view(session, offer, now=now, newest=True)
    if seen is None:
        raise NotFound()
    if seen.live_version is None and not may_see_unapproved(actor, seen.merchant_id, seen.area_path):
        raise WrongMerchant() if actor.merchant_ids else NotFound()
    return seen


def _require_writer(actor: Actor, merchant_id: int) -> None:
    if may_write_offers(actor, merchant_id):
        return
    # Somebody else's shop is a better reason than "not allowed", for people who have a shop.
    raise WrongMerchant() if actor.merchant_ids and merchant_id not in actor.merchant_ids else Forbidden()


def _checked(terms: OfferTerms, now: datetime) -> OfferTerms:
    found = troubles(terms, now=now, at_local=clock.at_local)
    if found:
        raise TermsWrong(found)
    return within_funding(terms, clock.at_local)


def _columns(terms: OfferTerms, actor: Actor, submit: bool, now: datetime) -> dict[str, Any]:
    return {
        **asdict(terms),
        "state": OfferState.PENDING if submit else OfferState.DRAFT,
        "written_by_id": actor.person_id,
        "submitted_at": now if submit else None,
    }


def _insert_version(
    session: Session, actor: Actor, offer_id: int, number: int, terms: OfferTerms, *, submit: bool, now: datetime
) -> None:
    columns = _columns(terms, actor, submit, now)
    session.execute(insert(OfferVersion).values(offer_id=offer_id, number=number, created_at=now, **columns))


def _version(offer_id: int, number: int, state: OfferState) -> Any:
    return update(OfferVersion).where(
        OfferVersion.offer_id == offer_id, OfferVersion.number == number, OfferVersion.state == state
    )


def _after(session: Session, public_id: str, now: datetime) -> OfferView:
    row = offer_view(session, public_id, now=now, newest=True)
    assert row is not None
    return row


def tell(
    session: Session,
    kind: str,
    offer_id: int,
    area_id: int,
    actor: Actor,
    now: datetime,
    *,
    person_id: int | None = None,
    **facts: Any,
) -> None:
    """Record what became of an offer; `person_id` is who wrote it, where they are to be told."""
    events.record(
        session,
        kind,
        at=now,
        subject=f"offer:{offer_id}",
        area_id=area_id,
        actor_id=actor.person_id,
        person_id=person_id,
        **facts,
    )
