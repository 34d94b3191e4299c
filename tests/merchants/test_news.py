"""What the merchant's people and the owners of vouchers are told reaches them in words."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.events import EventDelivery
from pointsapp.core.transaction import write
from pointsapp.merchants.services import RejectOffer, reject_offer
from pointsapp.notices.models import Notice
from pointsapp.redemption.services import issue_voucher
from tests.conftest import Clock
from tests.factories import actor_of
from tests.merchants.shops import Shop, give_points, make_offer


def test_decisions_and_vouchers_are_told_with_their_names(session: Session, shop: Shop, clock: Clock) -> None:
    offer = make_offer(shop)
    give_points(session, shop.resident, 30)
    write(issue_voucher, actor_of(session, shop.resident), offer.public_id, now=clock.at)
    returned = make_offer(shop, approved=False, title="没写清楚")
    command = RejectOffer(offer=returned.public_id, reason="请写清分量")
    write(reject_offer, actor_of(session, shop.staff), command, now=clock.at)
    while write(events.deliver_due, now=clock.at):
        pass
    assert not session.scalars(select(EventDelivery).where(EventDelivery.done_at.is_(None))).all()
    told = session.execute(select(Notice.person_id, Notice.kind, Notice.facts).order_by(Notice.id)).all()
    by_kind = {kind: (person_id, facts) for person_id, kind, facts in told}
    assert by_kind["merchants.offer_approved"][0] == shop.manager.id
    assert by_kind["merchants.offer_approved"][1]["title"] == "烩面一碗"
    assert by_kind["merchants.offer_rejected"][1]["reason"] == "请写清分量"
    assert by_kind["redemption.voucher_issued"][0] == shop.resident.id
    assert by_kind["redemption.voucher_issued"][1]["shop"] == shop.merchant.name
