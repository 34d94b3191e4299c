"""What the publish form begins with and offers: a copy, a template, what one wrote last time, and shifts that repeat."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask import request, url_for

from pointsapp.areas.queries import area_options
from pointsapp.core.actor import COMMUNITY_STAFF, Actor
from pointsapp.core.clock import local_day, now
from pointsapp.core.db import db
from pointsapp.core.recurrence import Rhythm, days_again, on_day
from pointsapp.tasks import queries
from pointsapp.tasks.pages.typed import TaskTyped
from pointsapp.tasks.schemas.forms import shift_rows
from pointsapp.tasks.schemas.preparing import read_moment
from pointsapp.tasks.services.drafts import MOST_SHIFTS
from pointsapp.web.filters import local_input

WECHATS = frozenset({"groupmessage", "singlemessage", "timeline"})  # WeChat adds from=… to an address it passes on


def begun(actor: Actor, asked: Mapping[str, str]) -> tuple[TaskTyped, bool]:
    """Return what the form begins with, as the address asks: a copy, a template, or what one wrote last time (then True)."""
    moment = now()
    if _original(asked):
        return TaskTyped.of(queries.copied(db.session, actor, _original(asked), now=moment)), False
    if asked.get("template"):
        return _of_template(queries.beginning(db.session, actor, asked["template"][:12], now=moment)), False
    before = queries.last_notice(db.session, actor.person_id)
    return TaskTyped.fresh(asked, before), bool(before)


def _original(asked: Mapping[str, str]) -> str:
    """Return the public id of the task that is to be copied, empty where none is."""
    said = asked.get("from", "")
    return "" if said in WECHATS else said[:12]


def _of_template(found: queries.Beginning) -> TaskTyped:
    values: dict[str, Any] = {
        name: ("1" if value else "") if isinstance(value, bool) else value for name, value in found.fields.items()
    }
    values["area_id"] = found.area
    for place, (starts_at, ends_at, capacity) in enumerate(found.shifts):
        values[f"shifts-{place}-starts_at"] = local_input(starts_at)
        values[f"shifts-{place}-ends_at"] = local_input(ends_at)
        values[f"shifts-{place}-capacity"] = capacity
    return TaskTyped(values)


def offered(actor: Actor, action: str) -> dict[str, Any]:
    """Return what the form offers beside its fields: templates and former tasks for a new one, and the budgets it reckons with."""
    is_new = action == url_for("tasks.create_task")
    areas = area_options(db.session, actor.paths(COMMUNITY_STAFF))
    return {
        "templates": queries.templates_of(db.session, actor) if is_new else (),
        "recent": queries.recent_tasks(db.session, actor) if is_new else (),
        "is_copy": bool(_original(request.args) or request.args.get("template")),
        "budgets": queries.budgets_by_area(db.session, areas),
    }


def with_repeats(typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form's values with each of its shifts repeated as asked, in order of time; unreadable rows stay as they are.

    Rows, not a rule: who publishes sees every day before anybody else does, and empties the one that falls on a holiday.
    """
    values = {name: value for name, value in typed.items() if not name.startswith("shifts-")}
    rhythm, until = typed.get("repeat_rhythm", ""), _read_day(str(typed.get("repeat_until", "")))
    rows: list[dict[str, str]] = []
    for row in shift_rows(typed):
        start, end = read_moment(row["starts_at"]), read_moment(row["ends_at"])
        if start is None or end is None or until is None or rhythm not in set(Rhythm):
            rows.append(row)
            continue
        first = local_day(start)
        span = timedelta(days=(local_day(end) - first).days)
        for day in days_again(first, until, Rhythm(rhythm), most=MOST_SHIFTS):
            again = {"starts_at": local_input(on_day(start, day)), "ends_at": local_input(on_day(end, day + span))}
            rows.append({**row, **again})
    rows = list({(row["starts_at"], row["ends_at"]): row for row in rows}.values()) if len(rows) > 1 else rows
    rows.sort(key=lambda row: (row["starts_at"] == "", row["starts_at"]))
    for place, row in enumerate(rows[:MOST_SHIFTS]):
        values |= {f"shifts-{place}-{name}": value for name, value in row.items()}
    return values


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
