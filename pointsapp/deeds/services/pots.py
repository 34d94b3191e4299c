"""The month's pot of a community: points set aside for deeds, bit by bit, from the nearest budget; what is left goes back.

So a community's thanks for small things never eat what its tasks were promised, and never more than a policy says in a month.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pointsapp.areas.queries import ids_in
from pointsapp.core import clock, policy
from pointsapp.core.errors import StateChanged
from pointsapp.core.locks import LockKind, lock
from pointsapp.core.states import rows_changed
from pointsapp.deeds import memos
from pointsapp.deeds.errors import PotEmpty
from pointsapp.deeds.models import DeedPot
from pointsapp.deeds.policies import POT_A_MONTH
from pointsapp.deeds.rules import share_to_fill
from pointsapp.ledger import accounts
from pointsapp.ledger.errors import InsufficientBudget
from pointsapp.ledger.models import Balance
from pointsapp.ledger.queries import account_sum
from pointsapp.ledger.services import EntryDraft, PostingDraft, post

AT_ONCE = 100  # pots closed in one transaction


def draw_on_pot(session: Session, *, area_id: int, area_path: str, points: int, now: datetime) -> DeedPot:
    """Return the area's pot of this month once it holds `points`, filled from the nearest budget at or above the area.

    The lock on the area lasts to the end of the transaction, so that what was seen there can be spent.
    """
    month = f"{clock.local_day(now):%Y-%m}"
    lock(session, LockKind.DEED_POT, area_id)
    of_month = select(DeedPot).where(DeedPot.area_id == area_id, DeedPot.month == month)
    pot = session.scalar(of_month, execution_options={"populate_existing": True})
    left = 0 if pot is None else account_sum(session, accounts.pot_reserved(area_id, month))
    if pot is not None and left >= points:
        return pot
    most, filled = int(policy.value(session, POT_A_MONTH, now=now)), pot.filled if pot is not None else 0
    missing = points - left
    if missing > most - filled:
        raise PotEmpty(left=left + max(0, most - filled))
    budget, held = _budget(session, area_path, None if pot is None else pot.budget_account, missing)
    share = share_to_fill(missing, most, filled, held)
    if budget is None or not share:
        raise InsufficientBudget(balance=held, needed=missing)
    if pot is None:
        pot = DeedPot(area_id=area_id, month=month, budget_account=budget)
        session.add(pot)
        session.flush()
    _fill(session, pot, filled, share, now)
    return pot


def _budget(session: Session, area_path: str, account: str | None, missing: int) -> tuple[str | None, int]:
    """Return the budget to draw on and what it holds: the pot's own, else the nearest that holds enough."""
    keys = [account] if account else [accounts.budget(area_id) for area_id in reversed(ids_in(area_path))]
    rows = session.execute(select(Balance.account, Balance.amount).where(Balance.account.in_(keys)))
    held = {row.account: int(row.amount) for row in rows}
    found = next((key for key in keys if held.get(key, 0) >= missing), None)
    return found, held[found] if found else max(held.values(), default=0)


def _fill(session: Session, pot: DeedPot, filled: int, share: int, now: datetime) -> None:
    account = accounts.pot_reserved(pot.area_id, pot.month)
    draft = EntryDraft(
        reference=f"{account}:{filled}",
        kind="reservation",
        postings=(PostingDraft(pot.budget_account, account, share),),
        memo=memos.POT_FILLED,
        facts={"area_id": pot.area_id, "month": pot.month},
    )
    try:
        post(session, draft, now=now)
    except InsufficientBudget:
        raise StateChanged from None  # somebody drew on it since the look: the next one tells the truth
    session.execute(update(DeedPot).where(DeedPot.id == pot.id).values(filled=DeedPot.filled + share))


def close_pots(session: Session, *, now: datetime) -> int:
    """Give back what is left in the pots of months that are over; return how many were closed."""
    month = f"{clock.local_day(now):%Y-%m}"
    waiting = select(DeedPot).where(DeedPot.closed_at.is_(None), DeedPot.month < month)
    closed = 0
    for pot in session.scalars(waiting.order_by(DeedPot.id).limit(AT_ONCE)).all():
        lock(session, LockKind.DEED_POT, pot.area_id)
        done = update(DeedPot).where(DeedPot.id == pot.id, DeedPot.closed_at.is_(None)).values(closed_at=now)
        if not rows_changed(session, done):
            continue
        closed += 1
        account = accounts.pot_reserved(pot.area_id, pot.month)
        rest = account_sum(session, account)
        if rest > 0:
            draft = EntryDraft(
                reference=f"{account}:rest",
                kind="return",
                postings=(PostingDraft(account, pot.budget_account, rest),),
                memo=memos.POT_CLOSED,
                facts={"area_id": pot.area_id, "month": pot.month},
            )
            post(session, draft, now=now)
    return closed
