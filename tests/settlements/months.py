"""What tests of settlements start from: a November with redemptions, and everybody who takes a step."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from pointsapp.core.actor import Actor, Role
from pointsapp.core.transaction import write
from pointsapp.merchants.models import Funding
from pointsapp.redemption.services import ReverseRedemption, issue_voucher, redeem, reverse_redemption
from pointsapp.settlements.queries import SettlementRow, settlement_row
from pointsapp.settlements.services import SeenSums, approve_month, check_month, confirm_month, open_settlement
from tests.conftest import Clock
from tests.factories import actor_of, make_staff
from tests.merchants.shops import Shop, give_points, make_offer


@dataclass
class Month:
    """A shop's November: `used` are the public ids of its redemptions, `owner` and the others act."""

    session: Session
    shop: Shop
    clock: Clock
    used: list[str]
    used_at: datetime
    owner: Actor
    clerk: Actor
    manager: Actor
    staff: Actor
    street: Actor
    people: dict[str, Any] = field(default_factory=dict)

    def draft(self, month: str = "2026-11") -> SettlementRow:
        row = write(open_settlement, self.shop.merchant.id, month, now=self.clock.at)
        assert row is not None
        return row

    def now(self, row: SettlementRow) -> SettlementRow:
        found = settlement_row(self.session, row.public_id)
        assert found is not None
        return found

    def sums(self, row: SettlementRow, **over: Any) -> SeenSums:
        row = self.now(row)
        seen = {"redemptions": row.redemptions, "total_points": row.total_points, "total_fen": row.total_fen}
        return SeenSums(settlement=row.public_id, **seen | over)

    def approved(self, row: SettlementRow) -> SettlementRow:
        for step, actor in ((confirm_month, self.manager), (check_month, self.staff), (approve_month, self.street)):
            row = write(step, actor, self.sums(row), now=self.clock.at)
        return row


def make_month(session: Session, shop: Shop, clock: Clock, *, uses: int = 3, fen: int | None = 200) -> Month:
    """`uses` redemptions in November of which the first was undone at the till; the clock then stands on 1 December, 01:00."""
    give_points(session, shop.resident, 30 * (uses + 1))
    subsidy: dict[str, Any] = {}
    if fen is not None:
        subsidy = {
            "funding": Funding.SUBSIDISED,
            "agreed_fen": fen,
            "funding_unit": "街道办事处",
            "funded_from_on": date(2026, 11, 1),
            "funded_until_on": date(2027, 6, 30),
        }
    offer = make_offer(shop, **subsidy)
    owner, clerk = actor_of(session, shop.resident), actor_of(session, shop.clerk)
    used = []
    for _ in range(uses):
        voucher = write(issue_voucher, owner, offer.public_id, now=clock.at)
        used.append(write(redeem, clerk, voucher.code, now=clock.at).public_id)
    used_at = clock.at
    write(reverse_redemption, clerk, ReverseRedemption(redemption=used[0], reason="扫错了"), now=clock.at)
    street = make_staff(session, shop.tree["street"], Role.STREET_ADMIN)
    made = Month(
        session=session,
        shop=shop,
        clock=clock,
        used=used[1:],
        used_at=used_at,
        owner=owner,
        clerk=clerk,
        manager=actor_of(session, shop.manager),
        staff=actor_of(session, shop.staff),
        street=actor_of(session, street),
        people={"street": street},
    )
    session.expunge_all()
    clock.forward(days=10, minutes=30)
    return made
