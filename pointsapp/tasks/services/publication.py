"""Publication, approval, cancellation, closing: the life of a task and of the points reserved for it.

A task's points leave the budget once, at publication, and the rest goes back once: at closing, or after a cancellation.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Exists, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from pointsapp.areas.queries import area_by_id
from pointsapp.core import events
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import Conflict
from pointsapp.core.locks import LockKind, lock
from pointsapp.core.states import must_move
from pointsapp.ledger.accounts import budget_area
from pointsapp.ledger.queries import account_balance
from pointsapp.rewards.queries import band_allows, current_rule_version
from pointsapp.rewards.services import reserve_for_task, return_task_rest
from pointsapp.tasks.errors import ApprovalRequired, BadField, NoticeIncomplete, TextChanged
from pointsapp.tasks.models import Shift, Signup, SignupState, Task, TaskState
from pointsapp.tasks.policies import may_approve_task
from pointsapp.tasks.queries.console import points_needed, visible_to_staff
from pointsapp.tasks.queries.details import AreaName, BudgetView, TaskView
from pointsapp.tasks.rules import CLOSES_AFTER, missing_notice_parts
from pointsapp.tasks.services.drafts import viewed
from pointsapp.tasks.services.notices import keep_notice
from pointsapp.tasks.services.shifts import end_early

BATCH = 50


def publish(
    session: Session,
    actor: Actor,
    task: str,
    *,
    now: datetime,
    version: int | None = None,
    needs_full_notice: bool = False,
) -> TaskView:
    """Show the task to residents and reserve its points; the answer names the budget it draws on.

    `version` is the `notice_version` the actor read; None trusts that it is the newest.
    """
    # The row is the lock: an edit that lands meanwhile would be published with the old text's points and approval.
    session.execute(select(Task.id).where(Task.public_id == task).with_for_update())
    row = visible_to_staff(session, actor, task)
    if row.state is TaskState.PUBLISHED:
        return replace(row, budget=_budget_of(session, row), is_repeat=True)
    if row.state is not TaskState.DRAFT:
        raise Conflict()
    if version not in (None, row.notice_version):
        raise TextChanged()
    _judge_publication(row, now, needs_full_notice=needs_full_notice)
    if row.approved_by_id is None and not band_allows(session, row.category, row.points, row.points_mode, now):
        raise ApprovalRequired()
    must_move(
        session,
        update(Task)
        .where(Task.id == row.id, Task.state == TaskState.DRAFT)
        .values(state=TaskState.PUBLISHED, published_at=now),
    )
    draw = reserve_for_task(session, task_id=row.id, area_path=row.area.path, points_needed=points_needed(row), now=now)
    rule = current_rule_version(session, row.category, now)
    session.execute(
        update(Task).where(Task.id == row.id).values(budget_account=draw.account_key, rule_version_id=rule.id)
    )
    keep_notice(session, row, row.notice_version, now=now)
    events.record(
        session,
        "tasks.published",
        at=now,
        subject=f"task:{row.id}",
        area_id=row.area.id,
        actor_id=actor.person_id,
        task_id=row.id,
        category=row.category,
        reserved=draw.reserved,
    )
    fresh = viewed(session, row.id)
    view = _budget_view(session, draw.account_key, draw.reserved, draw.remaining)
    return replace(fresh, budget=view)


def _judge_publication(row: TaskView, now: datetime, *, needs_full_notice: bool) -> None:
    for place, shift in enumerate(row.shifts):
        if shift.ends_at <= now:
            raise BadField("shifts", place, "ends_at", words="in_the_past")
    if (row.checkin_radius_m or row.has_poster) and (row.latitude is None or row.longitude is None):
        raise BadField("latitude", words="place_needs_point")
    if row.has_poster and not row.checkin_radius_m:
        raise BadField("checkin_radius_m", words="poster_needs_radius")
    missing = missing_notice_parts(row) if needs_full_notice else ()
    if missing:
        raise NoticeIncomplete(missing)


def _budget_of(session: Session, row: TaskView) -> BudgetView:
    remaining = account_balance(session, row.budget_account) if row.budget_account else 0
    return _budget_view(session, row.budget_account, points_needed(row) if row.budget_account else 0, remaining)


def _budget_view(session: Session, account: str | None, reserved: int, remaining: int) -> BudgetView:
    area = area_by_id(session, budget_area(account)) if account else None
    name = None
    if area is not None:
        name = AreaName(id=area.id, public_id=area.public_id, code=area.code, name=area.name, path=area.path)
    return BudgetView(area=name, reserved=reserved, remaining=remaining)


def approve_task(session: Session, actor: Actor, task: str, *, now: datetime, version: int | None = None) -> TaskView:
    """Say as a second person that points above the category's band are right for this task, as read in `version`."""
    row = visible_to_staff(session, actor, task)
    require(may_approve_task(actor, row.area.path, row.created_by_id))
    if row.approved_by_id is not None:
        return replace(row, is_repeat=True)
    if row.state is not TaskState.DRAFT:
        raise Conflict()
    if version not in (None, row.notice_version):
        raise TextChanged()
    must_move(
        session,
        update(Task)
        .where(
            Task.id == row.id,
            Task.state == TaskState.DRAFT,
            Task.approved_by_id.is_(None),
            Task.notice_version == row.notice_version,  # an edit that lands meanwhile is judged on the second look
        )
        .values(approved_by_id=actor.person_id, approved_at=now),
    )
    events.record(
        session,
        "tasks.approved",
        at=now,
        subject=f"task:{row.id}",
        area_id=row.area.id,
        person_id=row.created_by_id,
        actor_id=actor.person_id,
    )
    return viewed(session, row.id)


def cancel_task(session: Session, actor: Actor, task: str, reason: str, *, now: datetime) -> TaskView:
    """Call the whole task off. Credits given stay, the rest of the budget returns, everyone with a place is told."""
    row = visible_to_staff(session, actor, task)
    if row.state is TaskState.CANCELLED:
        return replace(row, is_repeat=True)
    if row.state is TaskState.CLOSED:
        raise Conflict()
    must_move(
        session,
        update(Task)
        .where(Task.id == row.id, Task.state == row.state)
        .values(state=TaskState.CANCELLED, cancelled_at=now, cancel_reason=reason),
    )
    lock(session, LockKind.TASK_RESERVE, row.id)  # before any sign-up's row, as check-in does
    running = [shift.id for shift in row.shifts if shift.ends_at > now]
    told = end_early(session, running, because="task_cancelled", reason=reason, actor_id=actor.person_id, now=now)
    if row.state is TaskState.PUBLISHED:
        facts: dict[str, Any] = {"task_id": row.id, "task": row.public_id}
        where: dict[str, Any] = {"subject": f"task:{row.id}", "area_id": row.area.id, "actor_id": actor.person_id}
        events.record(session, "tasks.cancelled", at=now, **where, **facts)
        events.record_each(session, "tasks.cancelled_for_person", at=now, person_ids=told, **where, **facts)
        _return_rest(session, row.id, row.budget_account, now=now)
    return viewed(session, row.id)


def _return_rest(session: Session, task_id: int, budget_account: str | None, *, now: datetime) -> bool:
    """Give the rest back unless somebody's minutes are still open; `closed_at` says that it was done.

    The task has left `published` by now. Whoever was just arriving has finished once the lock is ours, and is seen.
    """
    lock(session, LockKind.TASK_RESERVE, task_id)
    if session.scalar(select(_unsettled(task_id))):
        return False
    if budget_account is not None:
        return_task_rest(
            session, task_id=task_id, budget_account=budget_account, reference=f"task:{task_id}:rest", now=now
        )
    session.execute(update(Task).where(Task.id == task_id).values(closed_at=now))
    return True


def _unsettled(task_id: Any) -> Exists:
    """Return EXISTS(somebody came whose attendance is not settled yet)."""
    return exists(
        select(Signup.id)
        .join(Shift, Shift.id == Signup.shift_id)
        .where(
            Shift.task_id == task_id,
            Signup.state == SignupState.CONFIRMED,
            Signup.arrived_at.is_not(None),
            Signup.settled_at.is_(None),
        )
        .correlate(Task)
    )


def close_due_tasks(session: Session, *, now: datetime) -> int:
    """Close tasks 24 h after their last shift, as soon as nothing is provisional; give back what others still hold."""
    late = exists(select(Shift.id).where(Shift.task_id == Task.id, Shift.ends_at > now - CLOSES_AFTER).correlate(Task))
    is_due = or_(
        and_(Task.state == TaskState.PUBLISHED, ~late),
        and_(
            Task.state.in_((TaskState.CANCELLED, TaskState.CLOSED)),
            Task.published_at.is_not(None),
            Task.closed_at.is_(None),
        ),
    )
    rows = session.execute(
        select(Task.id, Task.state, Task.area_id, Task.category, Task.budget_account)
        .where(is_due, ~_unsettled(Task.id))
        .order_by(Task.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        if row.state is TaskState.PUBLISHED:
            must_move(
                session,
                update(Task).where(Task.id == row.id, Task.state == TaskState.PUBLISHED).values(state=TaskState.CLOSED),
            )
            _tell_closed(session, row.id, row.area_id, row.category, now=now)
        _return_rest(session, row.id, row.budget_account, now=now)
    return len(rows)


def _tell_closed(session: Session, task_id: int, area_id: int, category: str, *, now: datetime) -> None:
    came, ended_at = session.execute(
        select(func.count(Signup.arrived_at), func.max(Shift.ends_at))
        .select_from(Shift)
        .outerjoin(Signup, Signup.shift_id == Shift.id)
        .where(Shift.task_id == task_id)
    ).one()
    events.record(
        session,
        "tasks.closed",
        at=now,
        subject=f"task:{task_id}",
        area_id=area_id,
        task_id=task_id,
        category=category,
        participants=came,
        occurred_at=ended_at.isoformat(),  # work belongs to the quarter in which it was done, not in which it was closed
        received_at=ended_at.isoformat(),  # nobody had to report it
    )
