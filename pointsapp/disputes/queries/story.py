"""What happened to a voucher, in its order: issued, scans that a till refused and why, used, undone; and what both sides said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from pointsapp.core.masking import mask_name
from pointsapp.disputes.models import DisputeStatement, Side
from pointsapp.people.models import Person
from pointsapp.redemption.models import Redemption, Shortage, Voucher
from pointsapp.redemption.queries import refused_scans

SHOWN = 50


class Happening(StrEnum):
    ISSUED = "issued"
    REFUSED = "refused"
    OUT_OF_STOCK = "out_of_stock"
    USED = "used"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """`who` is masked; `reason` is a refusal's code for REFUSED, words for UNDONE."""

    at: datetime
    what: Happening
    who: str = ""
    shop: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    side: Side
    who: str
    said_at: datetime
    words: str


def story_of(session: Session, voucher_id: int) -> list[Moment]:
    """Return what one voucher lived through, oldest first, at most SHOWN of each kind."""
    issued_at = session.scalar(select(Voucher.issued_at).where(Voucher.id == voucher_id))
    found = [] if issued_at is None else [Moment(at=issued_at, what=Happening.ISSUED)]
    found += [
        Moment(at=scan.scanned_at, what=Happening.REFUSED, who=scan.clerk, shop=scan.shop, reason=scan.reason)
        for scan in refused_scans(session, voucher_id)
    ]
    clerk, undoer = aliased(Person), aliased(Person)
    uses = session.execute(
        select(Redemption.redeemed_at, clerk.name, Redemption.reversed_at, undoer.name, Redemption.reversal_reason)
        .join(clerk, clerk.id == Redemption.clerk_id)
        .outerjoin(undoer, undoer.id == Redemption.reversed_by_id)
        .where(Redemption.voucher_id == voucher_id)
        .order_by(Redemption.id)
        .limit(SHOWN)
    )
    for redeemed_at, name, reversed_at, undone_by, reason in uses:
        found.append(Moment(at=redeemed_at, what=Happening.USED, who=mask_name(name)))
        if reversed_at is not None:
            found.append(
                Moment(at=reversed_at, what=Happening.UNDONE, who=mask_name(undone_by or ""), reason=reason or "")
            )
    missing = session.execute(
        select(Shortage.reported_at, Person.name)
        .join(Person, Person.id == Shortage.reported_by_id)
        .where(Shortage.voucher_id == voucher_id)
        .order_by(Shortage.id)
        .limit(SHOWN)
    )
    found += [Moment(at=at, what=Happening.OUT_OF_STOCK, who=mask_name(name)) for at, name in missing]
    return sorted(found, key=lambda each: each.at)


def statements_of(session: Session, dispute_id: int) -> list[StatementRow]:
    """Return what both sides said, oldest first, at most SHOWN."""
    rows = session.execute(
        select(DisputeStatement.side, Person.name, DisputeStatement.said_at, DisputeStatement.words)
        .join(Person, Person.id == DisputeStatement.said_by_id)
        .where(DisputeStatement.dispute_id == dispute_id)
        .order_by(DisputeStatement.id)
        .limit(SHOWN)
    )
    return [StatementRow(side=side, who=mask_name(name), said_at=at, words=words) for side, name, at, words in rows]
