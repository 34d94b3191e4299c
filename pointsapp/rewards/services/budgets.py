"""Budgets: granted to an area, reserved at publication, the rest returned once. A check-in never touches a budget's row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from pointsapp.areas.queries import ids_in, require_area
from pointsapp.core import events
from pointsapp.core.actor import Actor, require
from pointsapp.core.codes import new_public_id
from pointsapp.core.errors import StateChanged
from pointsapp.ledger import accounts
from pointsapp.ledger.errors import InsufficientBudget
from pointsapp.ledger.models import Balance
from pointsapp.ledger.queries import account_sum
from pointsapp.ledger.services import EntryDraft, PostingDraft, post
from pointsapp.rewards.memos import BUDGET_GRANTED, TASK_RESERVED, TASK_RETURNED
from pointsapp.rewards.models import BudgetGrant
from pointsapp.rewards.policies import may_grant_budget


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetDraw:
    """Where a task's points come from; account_key and area_id are None when it needs none (0 points)."""

    account_key: str | None
    area_id: int | None
    reserved: int
    remaining: int


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
    area = require_area(session, command.area, "area_id")
    require(may_grant_budget(actor, area.path))
    public_id, key = new_public_id(), accounts.budget(area.id)
    draft = EntryDraft(
        reference=f"grant:{public_id}",
        kind="grant",
        postings=(PostingDraft(accounts.ISSUANCE, key, command.points),),
        memo=BUDGET_GRANTED,
        facts={"grant": public_id},  # the typed memo stays with the grant: entries hold no personal text
    )
    entry = post(session, draft, now=now)
    session.execute(
        insert(BudgetGrant).values(
            public_id=public_id,
            area_id=area.id,
            points=command.points,
            memo=command.memo,
            granted_by_id=actor.person_id,
            entry_id=entry.entry_id,
            balance_after=entry.balances[key],
            created_at=now,
        )
    )
    events.record(
        session,
        "rewards.budget_granted",
        at=now,
        subject=f"grant:{public_id}",
        area_id=area.id,
        actor_id=actor.person_id,
        points=command.points,
    )
    return GrantReceipt(
        public_id=public_id,
        area_public_id=area.public_id,
        points=command.points,
        budget_balance=entry.balances[key],
    )


def reserve_for_task(
    session: Session, *, task_id: int, area_path: str, points_needed: int, now: datetime, reference: str | None = None
) -> BudgetDraw:
    """Reserve a task's points in the nearest area at or above whose budget holds all of it.

    `reference` (default "task:<id>:reserve") must differ when a published task grows.
    """
    if points_needed == 0:
        return BudgetDraw(account_key=None, area_id=None, reserved=0, remaining=0)
    area_ids = list(reversed(ids_in(area_path)))
    keys = {accounts.budget(area_id): area_id for area_id in area_ids}
    rows = session.execute(select(Balance.account, Balance.amount).where(Balance.account.in_(keys)))
    held = {row.account: row.amount for row in rows}
    key = next((key for key in keys if held.get(key, 0) >= points_needed), None)
    if key is None:
        raise InsufficientBudget(balance=max(held.values(), default=0), needed=points_needed)
    draft = EntryDraft(
        reference=reference or f"task:{task_id}:reserve",
        kind="reservation",
        postings=(PostingDraft(key, accounts.task_reserved(task_id), points_needed),),
        memo=TASK_RESERVED,
        facts={"task_id": task_id},
    )
    try:
        entry = post(session, draft, now=now)
    except InsufficientBudget:
        raise StateChanged from None  # somebody drew on it since the look: perhaps an area above still holds enough
    return BudgetDraw(account_key=key, area_id=keys[key], reserved=points_needed, remaining=entry.balances[key])


def return_task_rest(
    session: Session, *, task_id: int, budget_account: str | None, reference: str, now: datetime
) -> int:
    """Give back what is left of the task's reserve, once; return how much.

    The caller has closed the task by a conditional UPDATE first, so that no credit can still be drawn on the reserve.
    """
    if budget_account is None:
        return 0
    rest = account_sum(session, accounts.task_reserved(task_id))
    if rest <= 0:
        return 0
    draft = EntryDraft(
        reference=reference,
        kind="return",
        postings=(PostingDraft(accounts.task_reserved(task_id), budget_account, rest),),
        memo=TASK_RETURNED,
        facts={"task_id": task_id},
    )
    post(session, draft, now=now)
    return rest
