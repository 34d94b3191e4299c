"""What every verb of a voucher shares: the conditional move of its row, its ledger references, and the news of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.bundle import write_rows
from pointsapp.core.states import must_move, rows_changed
from pointsapp.redemption.models import Shortage, ShortageChoice, ShortageState, Voucher, VoucherState
from pointsapp.redemption.queries import VoucherView


def move_voucher(
    session: Session,
    voucher_id: int,
    start: VoucherState,
    to: VoucherState,
    *,
    valid_at: datetime | None = None,
    **also: Any,
) -> None:
    """Move a voucher along an arrow; `valid_at`: only while it has not expired then. StateChanged for a lost race."""
    assert to in Voucher.transitions[start]
    statement = update(Voucher).where(Voucher.id == voucher_id, Voucher.state == start)
    if valid_at is not None:
        statement = statement.where(Voucher.expires_at > valid_at)
    must_move(session, statement.values(state=to, **also))


def reference(voucher: str, holds: int, verb: str) -> str:
    """Return the ledger reference of one act on one hold of a voucher: it happens once."""
    return f"voucher:{voucher}:{holds}:{verb}"


def ledger_facts(title: str, merchant: str, voucher: str) -> dict[str, Any]:
    """Return what the books keep of a voucher's move: the words of the line, and the voucher it opens."""
    return {"title": title, "merchant": merchant, "voucher": voucher}


def tell_owner(
    session: Session, kind: str, voucher: VoucherView, *, actor_id: int | None, now: datetime, **facts: Any
) -> None:
    """Record the news of a voucher for its owner."""
    write_rows(session, events.parts_of(kind), news_of(kind, voucher, actor_id=actor_id, now=now, **facts))


def news_of(kind: str, voucher: VoucherView, *, actor_id: int | None, now: datetime, **facts: Any) -> dict[str, Any]:
    """Return the values of the news of a voucher, as part of an act."""
    about = {
        "voucher": voucher.public_id,
        "title": voucher.offer.title,
        "merchant": voucher.merchant.name,
        "points": voucher.points,
    }
    return events.values_of(
        kind,
        at=now,
        subject=f"voucher:{voucher.id}",
        area_id=voucher.area_id,
        person_id=voucher.person_id,
        actor_id=actor_id,
        facts=about | facts,
    )


def end_shortages(
    session: Session, voucher_ids: Iterable[int], now: datetime, choice: ShortageChoice | None = None
) -> None:
    """Close what is still open of 今天没货 for these vouchers: by the owner's `choice`, else because it no longer matters."""
    to = ShortageState.CLOSED if choice else ShortageState.WITHDRAWN
    rows_changed(
        session,
        update(Shortage)
        .where(Shortage.voucher_id.in_(list(voucher_ids)), Shortage.state == ShortageState.OPEN)
        .values(state=to, choice=choice, closed_at=now),
    )
