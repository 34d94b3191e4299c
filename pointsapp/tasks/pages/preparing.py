"""What makes publishing short: copies, templates, repeated shifts in the form, and a task's picture."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask import Response, current_app, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.areas.queries import area_options
from pointsapp.core import uploads
from pointsapp.core.actor import COMMUNITY_STAFF, Actor, require
from pointsapp.core.attic import Attic
from pointsapp.core.clock import local_day, now
from pointsapp.core.db import db
from pointsapp.core.file_kinds import FileKind
from pointsapp.core.recurrence import Rhythm, days_again, on_day
from pointsapp.tasks import queries, services
from pointsapp.tasks.errors import PictureUnreadable
from pointsapp.tasks.pages.blueprint import bp
from pointsapp.tasks.pages.typed import TaskTyped
from pointsapp.tasks.policies import may_create_tasks
from pointsapp.tasks.schemas.forms import shift_rows
from pointsapp.tasks.schemas.preparing import PictureForm, TemplateForm, read_moment
from pointsapp.tasks.services.drafts import MOST_SHIFTS
from pointsapp.web.doors import Form, bind, write_page
from pointsapp.web.filters import local_input
from pointsapp.web.guard import public
from pointsapp.web.login import current_actor, signed_in

MOST_BYTES = 20 << 20  # a phone's photograph; it is made small
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


@bp.get("/console/task-templates")
def show_templates() -> str:
    """The templates within reach."""
    actor = signed_in()
    require(may_create_tasks(actor))
    return render_template("tasks/templates.html", templates=queries.templates_of(db.session, actor))


@bp.post("/console/tasks/<public_id>/template")
def submit_template(public_id: str) -> ResponseReturnValue:
    """Keep this task as a template."""
    form = bind(TemplateForm())

    def there(receipt: services.TemplateReceipt) -> str:
        flash(_("存好了。发新任务时点「%(name)s」就能从它开始。", name=receipt.name), "yes")
        return url_for("tasks.show_console_task", public_id=public_id)

    return form.submit(
        lambda name: write_page(services.save_template, signed_in(), public_id, name, then=there),
        or_show=lambda: _shown_again(public_id, form, "template"),
    )


@bp.post("/console/task-templates/<template>/retirement")
def retire_template(template: str) -> ResponseReturnValue:
    """Take a template away."""

    def there(_receipt: object) -> str:
        flash(_("模板已停用，用它发过的任务不受影响。"), "yes")
        return url_for("tasks.show_templates")

    return write_page(services.retire_template, signed_in(), template, then=there)


def _shown_again(public_id: str, form: Form, which: str) -> str:
    from pointsapp.tasks.pages.console import task_page  # that room draws on this one

    return task_page(public_id, form, which)


def attic() -> Attic:
    """Return where the pictures of tasks are kept."""
    return Attic(current_app.config["SETTINGS"].instance_path / "tasks")


@bp.post("/console/tasks/<public_id>/picture")
def submit_picture(public_id: str) -> ResponseReturnValue:
    """Give the task a picture, drawn anew and small."""
    form = bind(PictureForm())

    def act(words: str) -> ResponseReturnValue:
        queries.visible_to_staff(db.session, signed_in(), public_id)  # nobody fills the disk who may not
        name = _kept(request.files.get("picture"))
        command = services.Picture(name=name, words=words)
        return write_page(
            services.set_picture,
            signed_in(),
            public_id,
            command,
            then=lambda _view: _said(public_id, _("配图换好了。")),
            beside=name,
        )

    return form.submit(act, or_show=lambda: _shown_again(public_id, form, "picture"))


def _kept(given: Any) -> str:
    content = given.stream.read(MOST_BYTES + 1) if given else b""
    try:
        clean = uploads.clean(content)
    except uploads.Unfit:
        raise PictureUnreadable() from None
    if clean.kind is not FileKind.JPEG or len(content) > MOST_BYTES:
        raise PictureUnreadable()
    return attic().keep(clean.content)


def _said(public_id: str, words: str) -> str:
    flash(words, "yes")
    return url_for("tasks.show_console_task", public_id=public_id)


@bp.post("/console/tasks/<public_id>/picture/removal")
def remove_picture(public_id: str) -> ResponseReturnValue:
    """Take the picture away from the task."""
    return write_page(
        services.set_picture,
        signed_in(),
        public_id,
        services.Picture(name=None),
        then=lambda _view: _said(public_id, _("配图去掉了。")),
    )


@bp.get("/tasks/<public_id>/picture")
@public("a task's picture is as public as the task")
def show_picture(public_id: str) -> ResponseReturnValue:
    """Hand out the picture to whoever sees the task."""
    name = queries.picture_of(db.session, current_actor(), public_id)
    answer = Response(attic().path_of(name).read_bytes(), mimetype="image/jpeg")  # some hundred kilobytes
    answer.headers["Cache-Control"] = "private, max-age=600"
    return answer
