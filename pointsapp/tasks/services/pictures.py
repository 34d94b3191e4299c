"""A task's picture: one, with words for who cannot see it. The file lies in the attic; the row names it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.actor import Actor
from pointsapp.core.errors import Conflict
from pointsapp.tasks.models import Task, TaskState
from pointsapp.tasks.queries.console import visible_to_staff
from pointsapp.tasks.queries.details import TaskView
from pointsapp.tasks.services.drafts import viewed


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """`name` is its SHA-256 in the attic, None for no picture any more; `words` say what it shows."""

    name: str | None
    words: str = ""


def set_picture(session: Session, actor: Actor, task: str, command: Picture, *, now: datetime) -> TaskView:
    """Give a task a picture, or take it away; while it is a draft or published."""
    row = visible_to_staff(session, actor, task)
    if row.state not in (TaskState.DRAFT, TaskState.PUBLISHED):
        raise Conflict()
    session.execute(
        update(Task).where(Task.id == row.id).values(picture=command.name, picture_words=command.words or None)
    )
    events.record(
        session,
        "tasks.picture_changed",
        at=now,
        subject=f"task:{row.id}",
        area_id=row.area.id,
        actor_id=actor.person_id,
        has_picture=command.name is not None,
    )
    return viewed(session, row.id)
