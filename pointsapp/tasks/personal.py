"""What tasks hold of a person: where they signed up and what they led stays as the record of service; places ahead are given back."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core.personal import Acts, Chapter, Closing, Fate, Holding, Nobodys
from pointsapp.tasks.messages import NO_SHOW_STATES
from pointsapp.tasks.models import NoShow, Shift, Signup, SignupState, Task
from pointsapp.tasks.services.leaving import leave_ahead, places_ahead
from pointsapp.web.personal import LAW, TRACE

PARTS = (
    Holding(
        table="signup",
        column="person_id",
        fate=Fate.STAYS,
        label=_l("报名、签到和服务时长的记录"),
        why=LAW,
        plain=frozenset({"public_id", "state", "cancelled_because"}),
    ),
    Holding(table="shift_leader", column="person_id", fate=Fate.STAYS, label=_l("带过的场次"), why=LAW),
    Holding(
        table="no_show",
        column="person_id",
        fate=Fate.BLANKED,
        label=_l("没有来的场次和写过的原因"),
        why=TRACE,
        blanks={"excuse": "", "answer": "", "appeal": "", "appeal_answer": ""},
        plain=frozenset({"public_id", "state"}),
    ),
    Acts(table="task", columns=("created_by_id", "approved_by_id")),
    Acts(table="task_template", columns=("created_by_id",)),
    Nobodys(table="task_template", columns=("name",), why="the name of a template"),
    Acts(table="no_show", columns=("decided_by_id", "appeal_decided_by_id")),
    Nobodys(table="task", columns=("contact",), why="the contact an organiser publishes with the task"),
    Nobodys(table="task_category", columns=("name",), why="the name of a category"),
)

CLOSINGS = (
    Closing(
        key="tasks.places", label=_l("%(n)s 场报名会退掉，名额让给候补的人"), counts=places_ahead, ends=leave_ahead
    ),
)

_STATES = {
    SignupState.CONFIRMED: _l("已报名"),
    SignupState.WAITLISTED: _l("候补"),
    SignupState.OFFERED: _l("名额待接受"),
    SignupState.CANCELLED: _l("已取消"),
}


def _signups(session: Session, person_id: int) -> list[tuple[Any, ...]]:
    rows = session.execute(
        select(Task.title, Shift.starts_at, Task.place, Signup.state, Signup.created_at)
        .join(Shift, Shift.id == Signup.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .where(Signup.person_id == person_id)
        .order_by(Signup.id.desc())
    )
    return [(row.title, row.starts_at, row.place, _STATES[row.state], row.created_at) for row in rows]


def _no_shows(session: Session, person_id: int) -> list[tuple[Any, ...]]:
    rows = session.execute(
        select(
            Task.title, Shift.starts_at, NoShow.state, NoShow.excuse, NoShow.answer, NoShow.appeal, NoShow.appeal_answer
        )
        .join(Shift, Shift.id == NoShow.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .where(NoShow.person_id == person_id)
        .order_by(NoShow.id.desc())
    )
    return [(row[0], row[1], NO_SHOW_STATES[row[2]], *(text or "" for text in row[3:])) for row in rows]


CHAPTERS = (
    Chapter(
        key="signups",
        title=_l("我的报名"),
        heads=(_l("任务", n=1), _l("开始"), _l("地点"), _l("状态"), _l("报名时间")),
        lists=_signups,
    ),
    Chapter(
        key="no_shows",
        title=_l("守约记录"),
        heads=(_l("任务", n=1), _l("开始"), _l("状态"), _l("我的说明"), _l("答复"), _l("我的申诉"), _l("申诉结果")),
        lists=_no_shows,
    ),
)
