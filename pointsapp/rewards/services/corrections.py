"""Corrections: both books brought from what an attendance was awarded to what it should have been."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from pointsapp.ledger import accounts
from pointsapp.ledger.services import EntryDraft, PostingDraft, post, take_back
from pointsapp.rewards.memos import CORRECTION
from pointsapp.rewards.rules import Inputs, end_of_life, rescore
from pointsapp.rewards.services.credits import Credit, credit_of, in_force_with_so_far, trace_of


def correct_attendance(
    session: Session,
    *,
    attendance_id: int,
    correction_id: int,
    person_id: int,
    task_id: int,
    category: str,
    points: int,
    points_mode: str,
    minutes_before: int,
    minutes: int,
    points_before: int,
    rule_version_id: int | None,
    budget_account: str | None,
    task_is_closed: bool,
    now: datetime,
    task_public_id: str = "",
    task_title: str = "",
    confirmed_by_id: int | None = None,
) -> Credit:
    """Bring both books from `minutes_before`/`points_before` (what the attendance was awarded) to `minutes`.

    `points` and `points_mode` are the task's. `task_is_closed` is true once its rest was returned (closed or cancelled):
    then the difference is drawn on, and goes back to, the same budget (409 insufficient_budget). per_hour points are
    recomputed; per_completion points fall only at 0 minutes. What is spent already becomes a claim (`claimed`).
    """
    version, so_far = in_force_with_so_far(session, person_id, category, rule_version_id, now=now)
    inputs = Inputs(category=category, points=points, points_mode=points_mode, minutes=minutes)
    scored = rescore(version, inputs, so_far, points_before)
    more_points, more_minutes = scored.points - points_before, minutes - minutes_before
    reference = f"correction:{correction_id}"
    if task_is_closed and more_points and budget_account is None:
        raise ValueError(f"{reference}: points without a budget to draw on")
    pool = (budget_account if task_is_closed else None) or accounts.task_reserved(task_id)
    told: dict[str, Any] = {
        "memo": CORRECTION,
        "facts": {
            "task": task_public_id,
            "title": task_title,
            "category": category,
            "minutes": minutes,
            "minutes_before": minutes_before,
            "attendance_id": attendance_id,
        },
        "person_id": person_id,
        "rule": trace_of(version, inputs, so_far, scored, None, budget_account, confirmed_by_id),
        "behaviour": category,
    }
    receipt = taken = None
    if postings := _postings(person_id, pool, more_points, more_minutes):
        ends_at = end_of_life(now, version.expires_after_months)
        draft = EntryDraft(reference=reference, kind="correction", postings=postings, lot_expires_at=ends_at, **told)
        receipt = post(session, draft, now=now)
    if more_points < 0:
        taken = take_back(
            session, amount=-more_points, to_account=pool, reference=f"{reference}:points", now=now, **told
        )
    return credit_of(
        session, person_id, more_points, more_minutes, scored, receipt, has_points=more_points > 0, taken=taken
    )


def _postings(person_id: int, pool: str, more_points: int, more_minutes: int) -> tuple[PostingDraft, ...]:
    """Return what moves both books; points that fall are no posting here, for what is spent already becomes a claim."""
    own_minutes = accounts.person_minutes(person_id)
    postings = []
    if more_points > 0:
        postings.append(PostingDraft(pool, accounts.person_available(person_id), more_points))
    if more_minutes > 0:
        postings.append(PostingDraft(accounts.SERVICE, own_minutes, more_minutes))
    if more_minutes < 0:
        postings.append(PostingDraft(own_minutes, accounts.SERVICE, -more_minutes))
    return tuple(postings)
