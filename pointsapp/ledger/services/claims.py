"""Claims: an error already spent never makes a balance negative; what is left is taken, the rest is a visible claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from pointsapp.core.codes import new_public_id
from pointsapp.core.errors import Forbidden, IdempotencyKeyReused, NotFound
from pointsapp.core.states import must_move, rows_changed
from pointsapp.ledger import accounts, memos
from pointsapp.ledger.errors import ClaimSettled
from pointsapp.ledger.models import Balance, Claim, Entry, Posting
from pointsapp.ledger.rules import set_off_amount
from pointsapp.ledger.services.booking import book
from pointsapp.ledger.services.drafts import EntryDraft, PostingDraft, RuleTrace


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """`taken` left the balance, `claimed` waits as a claim; `entry_id` is None when nothing could be taken."""

    taken: int
    claimed: int
    balance: int
    entry_id: int | None
    is_repeat: bool = False


def take_back(
    session: Session,
    *,
    person_id: int,
    amount: int,
    to_account: str,
    reference: str,
    memo: str,
    facts: Mapping[str, Any],
    now: datetime,
    kind: str = "correction",
    behaviour: str | None = None,
    rule: RuleTrace | None = None,
) -> TakenBack:
    """Take `amount` back from what the person can spend, and claim the rest."""
    if amount <= 0:
        raise ValueError(f"{reference}: nothing to take back")
    kept = _taken_before(session, reference, person_id, amount)
    if kept is not None:
        return kept
    available = accounts.person_available(person_id)
    balance = session.scalar(select(Balance.amount).where(Balance.account == available).with_for_update()) or 0
    taken, entry_id = min(balance, amount), None
    if taken:
        draft = EntryDraft(
            reference=reference,
            kind=kind,
            postings=(PostingDraft(available, to_account, taken),),
            memo=memo,
            facts=facts,
            person_id=person_id,
            behaviour=behaviour,
            rule=rule,
        )
        entry_id = book(session, draft, now=now)[0].entry_id
    if taken < amount:
        session.execute(
            insert(Claim).values(
                public_id=new_public_id(),
                reference=reference,
                person_id=person_id,
                to_account=to_account,
                amount=amount - taken,
                remaining=amount - taken,
                memo=memo,
                facts=dict(facts),
                created_at=now,
                written_off=0,
            )
        )
    return TakenBack(taken=taken, claimed=amount - taken, balance=balance - taken, entry_id=entry_id)


def _taken_before(session: Session, reference: str, person_id: int, amount: int) -> TakenBack | None:
    entry_id, taken = session.execute(
        select(Entry.id, func.sum(Posting.amount))
        .join(Posting, Posting.entry_id == Entry.id)
        .where(Entry.reference == reference)
        .group_by(Entry.id)
    ).one_or_none() or (None, 0)
    claimed = session.scalar(select(Claim.amount).where(Claim.reference == reference)) or 0
    if entry_id is None and not claimed:
        return None
    if taken + claimed != amount:
        raise IdempotencyKeyReused(reference=reference)
    balance = session.scalar(select(Balance.amount).where(Balance.account == accounts.person_available(person_id)))
    return TakenBack(taken=int(taken), claimed=claimed, balance=balance or 0, entry_id=entry_id, is_repeat=True)


def set_off(session: Session, *, person_id: int, credited: int, entry_id: int, now: datetime) -> int:
    """Give at most half of what an entry credited to the person's open claims, oldest first; return how much.

    An entry of its own per claim, so that the book shows the full credit and then what was kept back of it.
    """
    claims = session.execute(
        select(Claim.id, Claim.remaining, Claim.to_account, Claim.reference)
        .where(Claim.person_id == person_id, Claim.remaining > 0)
        .order_by(Claim.id)
    ).all()
    left = total = set_off_amount(credited, sum(claim.remaining for claim in claims))
    for claim in claims:
        part = min(left, claim.remaining)
        if part <= 0:
            break
        must_move(
            session,
            update(Claim).where(Claim.id == claim.id, Claim.remaining >= part).values(remaining=Claim.remaining - part),
        )
        posting = PostingDraft(accounts.person_available(person_id), claim.to_account, part)
        book(
            session,
            EntryDraft(
                reference=f"claim:{claim.id}:set_off:{entry_id}",
                kind="set_off",
                postings=(posting,),
                memo=memos.CLAIM_SET_OFF,
                facts={"points": part, "left": claim.remaining - part},
                person_id=person_id,
            ),
            now=now,
        )
        left -= part
    return total


def ask_write_off(session: Session, claim_id: int, *, by_id: int) -> None:
    """The first of two people proposes to write a claim off; the caller has judged whether they may."""
    asked = rows_changed(
        session,
        update(Claim)
        .where(Claim.id == claim_id, Claim.remaining > 0, Claim.write_off_asked_by_id.is_(None))
        .values(write_off_asked_by_id=by_id),
    )
    if not asked:
        raise ClaimSettled()


def write_off(session: Session, claim_id: int, *, by_id: int, now: datetime) -> int:
    """The second person writes off what is left of a claim; return how much. The books do not move: it never was in them."""
    claim = session.execute(
        select(Claim.write_off_asked_by_id, Claim.remaining).where(Claim.id == claim_id)
    ).one_or_none()
    if claim is None:
        raise NotFound()
    if claim.write_off_asked_by_id is None or claim.remaining == 0:
        raise ClaimSettled()
    if claim.write_off_asked_by_id == by_id:
        raise Forbidden()
    must_move(
        session,
        update(Claim)
        .where(Claim.id == claim_id, Claim.remaining == claim.remaining)
        .values(remaining=0, written_off=claim.remaining, written_off_by_id=by_id, written_off_at=now),
    )
    return int(claim.remaining)
