"""A month's lines: in pages for the screen, streamed for a workbook, and their sums."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from pointsapp.core.masking import mask_name
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.people.models import Person
from pointsapp.redemption.models import Redemption, Voucher
from pointsapp.settlements.models import LineKind, SettlementLine

BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """One line; the customer's name is masked. `undone_at`: since when its redemption no longer stands."""

    id: int
    public_id: str
    settlement_id: int
    kind: LineKind
    redemption: str
    title: str
    owner: str
    clerk: str
    redeemed_at: datetime
    undone_at: datetime | None
    undo_reason: str | None
    points: int
    agreed_fen: int
    drafted_fen: int
    disputed_at: datetime | None
    dispute_reason: str | None
    claimed_fen: int | None
    answered_at: datetime | None
    answer: str | None
    answered_by: str | None

    @property
    def is_open(self) -> bool:
        """Whether the shop waits for an answer."""
        return self.disputed_at is not None and self.answered_at is None

    @property
    def is_correction(self) -> bool:
        return self.kind is LineKind.CORRECTION


_Owner, _Clerk, _Answerer = aliased(Person), aliased(Person), aliased(Person)


_Select = Select[SettlementLine, Redemption, str, str, str, str]


def _select() -> _Select:
    return (
        select(SettlementLine, Redemption, Voucher.title, _Owner.name, _Clerk.name, _Answerer.name)
        .join(Redemption, Redemption.id == SettlementLine.redemption_id)
        .join(Voucher, Voucher.id == Redemption.voucher_id)
        .join(_Owner, _Owner.id == Voucher.person_id)
        .join(_Clerk, _Clerk.id == Redemption.clerk_id)
        .outerjoin(_Answerer, _Answerer.id == SettlementLine.answered_by_id)
    )


def _row(found: Any) -> LineRow:
    line, use, title, owner, clerk, answerer = found
    return LineRow(
        id=line.id,
        public_id=line.public_id,
        settlement_id=line.settlement_id,
        kind=line.kind,
        redemption=use.public_id,
        title=title,
        owner=mask_name(owner),
        clerk=clerk,
        redeemed_at=use.redeemed_at,
        undone_at=use.reversed_at,
        undo_reason=use.reversal_reason,
        points=line.points,
        agreed_fen=line.agreed_fen,
        drafted_fen=line.drafted_fen,
        disputed_at=line.disputed_at,
        dispute_reason=line.dispute_reason,
        claimed_fen=line.claimed_fen,
        answered_at=line.answered_at,
        answer=line.answer,
        answered_by=answerer,
    )


def lines_page(
    session: Session, settlement_id: int, page: PageRequest, *, disputed_only: bool = False
) -> Page[LineRow]:
    """Return a page of a month's lines in the order of the till."""
    statement = (
        _select()
        .where(SettlementLine.settlement_id == settlement_id)
        .order_by(SettlementLine.id)
        .limit(page.limit + 1)
        .execution_options(populate_existing=True)
    )
    if disputed_only:
        statement = statement.where(SettlementLine.disputed_at.is_not(None))
    if page.after:
        statement = statement.where(SettlementLine.id > page.after[0])
    return cut([_row(each) for each in session.execute(statement)], page.limit, lambda row: (row.id,))


def line_by_public_id(session: Session, public_id: str) -> LineRow | None:
    """Return the line as it stands now, also in the middle of a write; the caller judges who may read it."""
    found = session.execute(
        _select().where(SettlementLine.public_id == public_id).execution_options(populate_existing=True)
    ).first()
    return None if found is None else _row(found)


def each_line(session: Session, settlement_id: int) -> Iterator[LineRow]:
    """Yield every line of a month, BATCH at a time: a workbook holds them all, memory does not."""
    after = 0
    while True:
        page = lines_page(session, settlement_id, PageRequest(limit=BATCH, after=(after,)))
        yield from page.items
        if page.next_cursor is None:
            return
        after = page.items[-1].id


def sums_of(session: Session, settlement_id: int) -> tuple[int, int, int]:
    """Return (redemptions that are no corrections, points, fen) of a month's lines."""
    uses, points, fen = session.execute(
        select(
            func.count().filter(SettlementLine.kind == LineKind.USE),
            func.coalesce(func.sum(SettlementLine.points), 0),
            func.coalesce(func.sum(SettlementLine.agreed_fen), 0),
        ).where(SettlementLine.settlement_id == settlement_id)
    ).one()
    return int(uses), int(points), int(fen)
