"""Rewards' workshop: budgets and credits. Everything runs inside the caller's `write()`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from pointsapp.core.actor import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetDraw:
    """Where a task's points come from; account_key and area_id are None when it needs none (0 points)."""

    account_key: str | None
    area_id: int | None
    reserved: int
    remaining: int


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
class GrantBudget:
    """Give an area points to spend on its people's work; `area` is its id or code."""

    area: str
    points: int
    memo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantReceipt:
    public_id: str
    area_public_id: str
    points: int
    budget_balance: int


def grant_budget(session: Session, actor: Actor, command: GrantBudget, *, now: datetime) -> GrantReceipt:
    """Issue points into an area's budget."""
    raise NotImplementedError


def reserve_for_task(
    session: Session, *, task_id: int, area_path: str, points_needed: int, now: datetime, reference: str | None = None
) -> BudgetDraw:
    """Reserve a task's points in the nearest area at or above whose budget holds all of it.

    `reference` (default "task:<id>:reserve") must differ when a published task grows.
    """
    raise NotImplementedError


def return_task_rest(
    session: Session, *, task_id: int, budget_account: str | None, reference: str, now: datetime
) -> int:
    """Give back what is left of the task's reserve, once; return how much."""
    raise NotImplementedError


def credit_attendance(
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
) -> Credit:
    """Credit both books for one attendance, once (reference "attendance:<id>:credit").

    `points` and `points_mode` are the task's. `task_public_id` and `task_title` let the person's book name the work and
    link to it; `confirmed_by_id` is who vouched for the minutes, None for a venue code.
    """
    raise NotImplementedError


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
    raise NotImplementedError
