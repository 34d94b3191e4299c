"""Who had a part in somebody's not coming. The record is one page of all times: whoever had one in any of them stays out of it."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from pointsapp.core.actor import Actor
from pointsapp.core.deciders import Decisions, decision_columns
from pointsapp.tasks.models import NoShow
from pointsapp.tasks.policies import may_create_tasks
from pointsapp.tasks.queries.parts import had_a_part

PAGE = "/me/no-shows"


def opens(_session: Session, actor: Actor, _key: str) -> dict[str, str] | None:
    """Return the address of the list of no-shows, answered ones too."""
    return {"all": "1"} if may_create_tasks(actor) else None


def _said(one: Select[Any]) -> Select[Any]:
    by = one.selected_columns
    return one.with_only_columns(*decision_columns(page=PAGE, person_id=by.person_id, by_id=by.by_id, at=by.at))


def _judged() -> Select[Any]:
    columns = decision_columns(
        page=PAGE, person_id=NoShow.person_id, by_id=NoShow.appeal_decided_by_id, at=NoShow.appeal_decided_at
    )
    return select(*columns).where(NoShow.appeal_decided_by_id.is_not(None))


DECISIONS = (
    Decisions(
        name=_l("爽约与申诉"),
        page=PAGE,
        by=(*(_said(one) for one in had_a_part()), _judged()),
        endpoint="tasks.show_console_no_shows",
        opens=opens,
    ),
)
