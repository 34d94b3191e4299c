"""Credits: both books for one attendance, once, inside every cap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core.locks import LockKind, lock
from pointsapp.ledger import accounts
from pointsapp.ledger.models import Balance, Entry, Posting, Unit
from pointsapp.ledger.services import EntryDraft, EntryReceipt, PostingDraft, RuleTrace, TakenBack, post
from pointsapp.rewards.memos import ATTENDANCE
from pointsapp.rewards.queries.rules import earned_so_far, version_in_force
from pointsapp.rewards.rules import Inputs, RuleVersionRow, Score, SoFar, end_of_life, score


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What an attendance or its correction moved. `points` and `minutes` are signed changes; the rest is after it."""

    points: int
    minutes: int
    points_balance: int
    service_minutes: int
    points_entry_id: int | None
    steps: tuple[dict[str, Any], ...]
    claimed: int = 0
    is_repeat: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What an attendance is worth and the entry that pays it; `draft` is None where neither book moves."""

    draft: EntryDraft | None
    scored: Score
    person_id: int
    minutes: int

    def paid(self, session: Session, receipt: EntryReceipt | None) -> Credit:
        """Return the credit once the entry stands."""
        has_points = bool(self.scored.points)
        return credit_of(
            session, self.person_id, self.scored.points, self.minutes, self.scored, receipt, has_points=has_points
        )


def due_for(
    session: Session,
    *,
    attendance_id: int,
    person_id: int,
    task_id: int,
    category: str,
    points: int,
    points_mode: str,
    minutes: int,
    planned_minutes: int,
    rule_version_id: int | None,
    budget_account: str | None,
    now: datetime,
    task_public_id: str = "",
    task_title: str = "",
    confirmed_by_id: int | None = None,
    stopped_from_points: int | None = None,
) -> Due:
    """Return what one attendance is due, to be posted once (reference "attendance:<id>:credit").

    `points` and `points_mode` are the task's. `task_public_id` and `task_title` let the person's book name the work and
    link to it; `confirmed_by_id` is who vouched for the minutes, None for a venue code; `stopped_from_points` is what the
    whole shift would have given where it was stopped early and `points` is the earned share.
    """
    version, so_far = in_force_with_so_far(session, person_id, category, rule_version_id, now=now)
    inputs = Inputs(category=category, points=points, points_mode=points_mode, minutes=minutes)
    scored = score(version, inputs, so_far, stopped_from_points=stopped_from_points)
    postings = []
    if scored.points:
        source = accounts.task_reserved(task_id)
        postings.append(PostingDraft(source, accounts.person_available(person_id), scored.points))
    if minutes:
        postings.append(PostingDraft(accounts.SERVICE, accounts.person_minutes(person_id), minutes))
    draft = None
    if postings:
        draft = EntryDraft(
            reference=_reference(attendance_id),
            kind="credit",
            postings=tuple(postings),
            memo=ATTENDANCE,
            facts={"task": task_public_id, "title": task_title, "category": category, "minutes": minutes},
            person_id=person_id,
            rule=trace_of(version, inputs, so_far, scored, planned_minutes, budget_account, confirmed_by_id),
            lot_expires_at=end_of_life(now, version.expires_after_months),
            behaviour=category,
        )
    return Due(draft=draft, scored=scored, person_id=person_id, minutes=minutes)


def _reference(attendance_id: int) -> str:
    return f"attendance:{attendance_id}:credit"


def credit_attendance(session: Session, *, attendance_id: int, person_id: int, now: datetime, **terms: Any) -> Credit:
    """Credit both books for one attendance, once; `terms` as of `due_for`."""
    version = version_in_force(session, terms["category"], now, terms["rule_version_id"])
    if version.has_span_caps:
        lock(session, LockKind.PERSON_TIME, person_id)
        kept = _credited_before(session, _reference(attendance_id), person_id)
        if kept is not None:
            return kept  # scoring it again would count it against its own cap
    due = due_for(session, attendance_id=attendance_id, person_id=person_id, now=now, **terms)
    return due.paid(session, None if due.draft is None else post(session, due.draft, now=now))


def in_force_with_so_far(
    session: Session, person_id: int, category: str, rule_version_id: int | None, *, now: datetime
) -> tuple[RuleVersionRow, SoFar]:
    """Return the rule to score by, and what the person earned in the spans of its caps (nothing where it has none)."""
    version = version_in_force(session, category, now, rule_version_id)
    if not version.has_span_caps:
        return version, SoFar()
    # A cap is a sum over rows, which no row guards: whoever credits this person waits here, then reads the true sum.
    lock(session, LockKind.PERSON_TIME, person_id)
    return version, earned_so_far(session, person_id, category, now)


def trace_of(
    version: RuleVersionRow,
    inputs: Inputs,
    so_far: SoFar,
    scored: Score,
    planned_minutes: int | None,
    budget_account: str | None,
    confirmed_by_id: int | None,
) -> RuleTrace:
    """Return what the books keep of a score: the rule's version, what went in, and the steps that led to it."""
    kept: dict[str, Any] = {
        "category": inputs.category,
        "points": inputs.points,
        "points_mode": inputs.points_mode,
        "minutes": inputs.minutes,
        "planned_minutes": planned_minutes,
        "general_version": version.general_number,
        "budget": budget_account,
        "confirmed_by_id": confirmed_by_id,
    }
    if version.has_span_caps:
        kept |= {"so_far_category": dict(so_far.category), "so_far_person": dict(so_far.person)}
    return RuleTrace(rule=version.rule, version=version.number, inputs=kept, steps=scored.steps)


def credit_of(
    session: Session,
    person_id: int,
    points: int,
    minutes: int,
    scored: Score,
    receipt: EntryReceipt | None,
    *,
    has_points: bool,
    taken: TakenBack | None = None,
) -> Credit:
    """Answer with both balances; those the entry did not touch are read."""
    keys = accounts.person_available(person_id), accounts.person_minutes(person_id)
    held = dict(receipt.balances) if receipt else {}
    if taken is not None:
        held[keys[0]] = taken.balance
    missing = [key for key in keys if key not in held]
    if missing:
        rows = session.execute(select(Balance.account, Balance.amount).where(Balance.account.in_(missing)))
        held |= {row.account: row.amount for row in rows}
    entry_id = receipt.entry_id if receipt and has_points else taken.entry_id if taken else None
    return Credit(
        points=points,
        minutes=minutes,
        points_balance=held.get(keys[0], 0),
        service_minutes=held.get(keys[1], 0),
        points_entry_id=entry_id,
        steps=scored.steps,
        claimed=taken.claimed if taken else 0,
        is_repeat=bool((receipt and receipt.is_repeat) or (taken and taken.is_repeat)),
    )


def _credited_before(session: Session, reference: str, person_id: int) -> Credit | None:
    rows = session.execute(
        select(Entry.id, Entry.steps, Posting.unit, Posting.change)
        .join(Posting, Posting.entry_id == Entry.id)
        .where(Entry.reference == reference)
    ).all()
    if not rows:
        return None
    moved = {row.unit: row.change for row in rows}
    has_points = Unit.POINT in moved
    receipt = EntryReceipt(entry_id=rows[0].id, public_id="", balances={}, is_repeat=True)
    scored = Score(points=moved.get(Unit.POINT, 0), steps=tuple(rows[0].steps or ()))
    return credit_of(
        session, person_id, scored.points, moved.get(Unit.MINUTE, 0), scored, receipt, has_points=has_points
    )
