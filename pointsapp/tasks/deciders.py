"""Who answered for somebody's not coming. The record is one page of all times: whoever answered any of them stays out of it."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from pointsapp.core.actor import Actor
from pointsapp.core.deciders import Decisions, decision_columns
from pointsapp.tasks.models import NoShow
from pointsapp.tasks.policies import may_create_tasks

PAGE = "/me/no-shows"


def opens(_session: Session, actor: Actor, _key: str) -> dict[str, str] | None:
    """Return the address of the list of no-shows, answered ones too."""
    return {"all": "1"} if may_create_tasks(actor) else None


def _decided(by_id: Any, at: Any) -> Select[Any]:
    columns = decision_columns(page=PAGE, person_id=NoShow.person_id, by_id=by_id, at=at)
    return select(*columns).where(by_id.is_not(None))


DECISIONS = (
    Decisions(
        name=_l("爽约与申诉"),
        page=PAGE,
        by=(
            _decided(NoShow.decided_by_id, NoShow.decided_at),
            _decided(NoShow.appeal_decided_by_id, NoShow.appeal_decided_at),
        ),
        endpoint="tasks.show_console_no_shows",
        opens=opens,
    ),
)
