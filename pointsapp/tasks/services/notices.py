"""The recruiting notice as it stood: the text a volunteer accepted is kept (志愿服务条例)."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from pointsapp.core.states import must_move
from pointsapp.tasks.models import NoticeText, Task
from pointsapp.tasks.queries.details import TaskView
from pointsapp.tasks.rules import NOTICE_PARTS


def keep_notice(session: Session, row: TaskView, version: int, *, now: datetime) -> None:
    """Keep the recruiting notice as it stands: what a volunteer accepts at sign-up can always be shown again."""
    notice = {"title": row.title, **{name: getattr(row, name) for name in NOTICE_PARTS}}
    notice["shifts"] = [
        {
            "starts_at": shift.starts_at.isoformat(),
            "ends_at": shift.ends_at.isoformat(),
            "capacity": shift.capacity,
        }
        for shift in row.shifts
    ]
    text = json.dumps(notice, ensure_ascii=False)
    session.execute(insert(NoticeText).values(task_id=row.id, version=version, text=text, created_at=now))


def renew_notice(session: Session, row: TaskView, *, now: datetime) -> None:
    """Keep a new version after the notice changed (a shift moved); who signed up before accepted the old one."""
    version = row.notice_version + 1
    must_move(
        session,
        update(Task).where(Task.id == row.id, Task.notice_version == row.notice_version).values(notice_version=version),
    )
    keep_notice(session, row, version, now=now)
