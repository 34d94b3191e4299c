"""A statement of somebody's books to print: what there is, what came and went lately, what is ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pointsapp.core.paging import PageRequest
from pointsapp.ledger.queries import EntryLine, PersonPoints, entries_page, person_points
from pointsapp.people.queries import PersonCard, person_card
from pointsapp.redemption.queries import VoucherView, vouchers_page
from pointsapp.tasks.queries import MySignup, upcoming_for

LINES = 30
StatementLine = EntryLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a helper sees of a person, and what is printed for them."""

    card: PersonCard
    points: PersonPoints
    entries: tuple[EntryLine, ...]
    signups: tuple[MySignup, ...]
    vouchers: tuple[VoucherView, ...]
    made_at: datetime


def statement_of(session: Session, person_id: int, *, now: datetime, lines: int = LINES) -> Statement:
    """Return the person's books, the newest lines first, with what is ahead of them."""
    return Statement(
        card=person_card(session, person_id, now=now),
        points=person_points(session, person_id, now=now),
        entries=entries_page(session, person_id, PageRequest(limit=lines)).items,
        signups=upcoming_for(session, person_id, now),
        vouchers=vouchers_page(session, person_id, PageRequest(limit=10), now=now, is_open=True).items,
        made_at=now,
    )
