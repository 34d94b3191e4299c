"""Templates: a task kept to be put on again, under a name, for an area and below; retired, never deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock, events
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import NotFound
from pointsapp.core.states import rows_changed
from pointsapp.tasks.errors import TemplateNameTaken
from pointsapp.tasks.models import TaskTemplate
from pointsapp.tasks.policies import may_run_task
from pointsapp.tasks.queries.console import visible_to_staff
from pointsapp.tasks.queries.details import TaskView
from pointsapp.tasks.rules import minutes_between
from pointsapp.tasks.services.drafts import TaskDraft

# What belongs to one publication alone is not kept: when sign-up opens, where the area is.
_KEPT = tuple(name for name in TaskDraft.__dataclass_fields__ if name not in ("area_id", "shifts", "signup_opens_at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateReceipt:
    public_id: str
    name: str
    is_repeat: bool = False


def save_template(session: Session, actor: Actor, task: str, name: str, *, now: datetime) -> TemplateReceipt:
    """Keep a task as a template of its area; TemplateNameTaken where one goes by that name already."""
    view = visible_to_staff(session, actor, task)
    taken = session.scalar(
        select(TaskTemplate.id).where(
            TaskTemplate.area_id == view.area.id, TaskTemplate.name == name, TaskTemplate.retired_at.is_(None)
        )
    )
    if taken is not None:
        raise TemplateNameTaken()
    row = TaskTemplate(
        area_id=view.area.id,
        name=name,
        fields={key: getattr(view, key) for key in _KEPT},
        shifts=_shifts_of(view),
        created_by_id=actor.person_id,
        created_at=now,
    )
    session.add(row)
    session.flush()
    _told(session, actor, "tasks.template_saved", row, now)
    return TemplateReceipt(public_id=row.public_id, name=row.name)


def _shifts_of(view: TaskView) -> list[dict[str, object]]:
    """Return each weekday, hour and length once: of a series over months one week is kept."""
    found: dict[tuple[int, str], dict[str, object]] = {}
    for shift in view.shifts:
        local = clock.to_local(shift.starts_at)
        at = local.strftime("%H:%M")
        found.setdefault(
            (local.weekday(), at),
            {
                "weekday": local.weekday(),
                "at": at,
                "minutes": minutes_between(shift.starts_at, shift.ends_at),
                "capacity": shift.capacity,
            },
        )
    return list(found.values())


def retire_template(session: Session, actor: Actor, template: str, *, now: datetime) -> TemplateReceipt:
    """Take a template away; tasks made by it stay. A repeat changes nothing."""
    found = session.execute(
        select(TaskTemplate, Area.path)
        .join(Area, Area.id == TaskTemplate.area_id)
        .where(TaskTemplate.public_id == template)
    ).one_or_none()
    if found is None:
        raise NotFound()
    row, path = found
    require(may_run_task(actor, path))
    changed = rows_changed(
        session,
        update(TaskTemplate).where(TaskTemplate.id == row.id, TaskTemplate.retired_at.is_(None)).values(retired_at=now),
    )
    if changed:
        _told(session, actor, "tasks.template_retired", row, now)
    return TemplateReceipt(public_id=template, name=row.name, is_repeat=not changed)


def _told(session: Session, actor: Actor, kind: str, row: TaskTemplate, now: datetime) -> None:
    events.record(
        session, kind, at=now, subject=f"task_template:{row.id}", area_id=row.area_id, actor_id=actor.person_id
    )
