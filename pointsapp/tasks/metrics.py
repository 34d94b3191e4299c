"""What tasks give the star board: work carried out to its end."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core.metrics import Gives, Metric

TASK = "task_completed"

# One that nobody came to is not work done.
GIVES = (Gives(kind="tasks.closed", evidence=TASK, amount=lambda facts: int(bool(facts["participants"]))),)

METRICS = (
    Metric(
        key="tasks_completed",
        name=_l("完成任务"),
        unit=_l("项"),
        counts=_l("在辖区内办完的任务；没有人到场的不算"),
        formula=_l("结束并有人到场的任务数"),
        evidence=TASK,
    ),
)
