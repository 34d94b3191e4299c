"""Donate: points leave the person for good and stand in the fund."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.actor import Actor, require
from pointsapp.giving import memos
from pointsapp.giving.errors import FundClosed
from pointsapp.giving.models import Donation, Fund
from pointsapp.giving.queries import find_fund
from pointsapp.ledger import accounts
from pointsapp.ledger.services import EntryDraft, PostingDraft, post
from pointsapp.people.errors import NotVerified


@dataclass(frozen=True, slots=True, kw_only=True)
class Donate:
    fund_id: str
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DonationReceipt:
    """`balance`: what the person has left to spend."""

    public_id: str
    fund_id: str
    points: int
    balance: int
    is_repeat: bool = False


def donate(session: Session, actor: Actor, command: Donate, *, now: datetime) -> DonationReceipt:
    """Donate points to an open fund. As spending does, it needs a verified identity."""
    require(actor.is_verified, NotVerified())
    fund = find_fund(session, command.fund_id)
    # Closing waits for whoever donates just now, and the other way round.
    if session.scalar(select(Fund.closed_at).where(Fund.id == fund.id).with_for_update(read=True)) is not None:
        raise FundClosed()
    row = Donation(fund_id=fund.id, person_id=actor.person_id, points=command.points, at=now)
    session.add(row)
    session.flush()
    mine = accounts.person_available(actor.person_id)
    entry = post(
        session,
        EntryDraft(
            reference=f"donation:{row.id}",
            kind="donation",
            postings=(PostingDraft(mine, accounts.fund(fund.id), command.points),),
            memo=memos.DONATED,
            facts={"fund": fund.name},
            person_id=actor.person_id,
        ),
        now=now,
    )
    events.record(
        session,
        "giving.donated",
        at=now,
        subject=f"fund:{fund.id}",
        area_id=fund.area_id,
        person_id=actor.person_id,
        actor_id=actor.person_id,
        points=command.points,
    )
    return DonationReceipt(
        public_id=row.public_id, fund_id=fund.public_id, points=command.points, balance=entry.balances[mine]
    )
