"""Console pages: the table of tasks, the publish form, one task with its effects, one shift with its people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.areas.queries import area_options
from pointsapp.core.actor import COMMUNITY_STAFF, require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.tasks import queries, services
from pointsapp.tasks.messages import (
    ATTENDANCES,
    AUDIENCES,
    COORDINATE_SYSTEMS,
    NOTICE_LABELS,
    POINTS_MODES,
    RHYTHMS,
    SIGNUP_STATES,
    TASK_STATES,
)
from pointsapp.tasks.pages.beginning import begun, offered, with_repeats
from pointsapp.tasks.pages.blueprint import bp
from pointsapp.tasks.pages.door import read_args, read_page, write_and_say
from pointsapp.tasks.pages.typed import TaskTyped, flat, labels
from pointsapp.tasks.policies import may_approve_task, may_create_tasks
from pointsapp.tasks.schemas.forms import (
    ConsoleArgs,
    LeadersForm,
    MoveShiftForm,
    ReasonForm,
    SeenForm,
    TaskForm,
    shift_rows,
)
from pointsapp.web.doors import Form, bind, write_page
from pointsapp.web.filters import shipped
from pointsapp.web.links import absolute
from pointsapp.web.login import signed_in
from pointsapp.web.qr import qr_svg
from pointsapp.web.schemas import PageArgs


@bp.get("/console/tasks")
def show_console_tasks() -> str:
    """The table of tasks this person runs."""
    actor, args = signed_in(), read_args(ConsoleArgs())
    require(may_create_tasks(actor))
    page = queries.console_page(db.session, actor, args["wanted"], read_page(args, int))
    return render_template(
        "tasks/console_tasks.html",
        page=page,
        wanted=args["wanted"],
        moment=now(),
        states=TASK_STATES,
        categories=queries.all_categories(db.session),
        areas=area_options(db.session, actor.paths(COMMUNITY_STAFF)),
    )


@bp.get("/console/tasks/new")
def show_new_task() -> str:
    """A publish form, empty but for what one wrote last time and hardly ever changes."""
    actor = signed_in()
    require(may_create_tasks(actor))
    typed, carried = begun(actor, request.args)
    return _form_page(typed, None, url_for("tasks.create_task"), _("写新任务"), carried=carried)


@bp.post("/console/tasks/new")
def create_task() -> ResponseReturnValue:
    """Write down a draft, or show the form with one more row of shifts."""
    require(may_create_tasks(signed_in()))
    here = url_for("tasks.create_task")
    return _submit_form(here, _("写新任务"), lambda draft: (services.create_draft, (signed_in(), draft)))


@bp.get("/console/tasks/<public_id>/edit")
def show_edit_task(public_id: str) -> ResponseReturnValue:
    """The publish form with the draft in it; what is published was promised, and says what of it can still be changed."""
    view = queries.visible_to_staff(db.session, signed_in(), public_id)
    if not view.is_draft:
        flash(_("已经发布的任务不能整份修改：改时间、换负责人请点那一场的“管理”；要改别的，请照着再发一个。"), "info")
        return redirect(url_for("tasks.show_console_task", public_id=public_id), code=303)
    return _form_page(TaskTyped.of(view), None, url_for("tasks.edit_task", public_id=public_id), _("改草稿"))


@bp.post("/console/tasks/<public_id>/edit")
def edit_task(public_id: str) -> ResponseReturnValue:
    """Write the draft anew."""
    here = url_for("tasks.edit_task", public_id=public_id)
    return _submit_form(here, _("改草稿"), lambda draft: (services.edit_draft, (signed_in(), public_id, draft)))


def _submit_form(here: str, title: str, call: Callable[[Any], tuple[Any, tuple[Any, ...]]]) -> ResponseReturnValue:
    if "add_shift" in request.form:  # works without JavaScript: what was typed comes back with one more row
        return _form_page(TaskTyped(request.form, extra_rows=1), None, here, title)
    if "repeat_shifts" in request.form:
        return _form_page(TaskTyped(with_repeats(request.form)), None, here, title)
    form = bind(TaskForm())

    def act(draft: Any) -> ResponseReturnValue:
        service, args = call(draft)
        return write_page(
            service, *args, then=lambda view: url_for("tasks.show_console_task", public_id=view.public_id)
        )

    return form.submit(act, or_show=lambda: _form_page(TaskTyped(request.form), form, here, title))


def _form_page(typed: TaskTyped, form: Form | None, action: str, title: str, *, carried: bool = False) -> str:
    actor = signed_in()
    if form is not None:
        form.errors = flat(form.errors)
    return render_template(
        "tasks/console_task_form.html",
        typed=typed,
        rows=shift_rows(typed.values) + [{}] * typed.extra_rows,
        form=form,
        carried=carried,
        action=action,
        title=title,
        labels=labels(),
        categories=[(row.key, shipped(row.name)) for row in queries.all_categories(db.session)],
        areas=area_options(db.session, actor.paths(COMMUNITY_STAFF)),
        modes=list(POINTS_MODES.items()),
        audiences=list(AUDIENCES.items()),
        rhythms=list(RHYTHMS.items()),
        systems=list(COORDINATE_SYSTEMS.items()),
        **offered(actor, action),
    )


@bp.get("/console/tasks/<public_id>")
def show_console_task(public_id: str) -> str:
    """One task with the effect of publishing it, its shifts, and what can be done."""
    return task_page(public_id)


def task_page(public_id: str, form: Form | None = None, which: str = "") -> str:
    actor, moment = signed_in(), now()
    page = queries.task_console(db.session, actor, public_id, now=moment)
    return render_template(
        "tasks/console_task.html",
        page=page,
        form=form,
        which=which,
        moment=moment,
        states=TASK_STATES,
        notice_labels=NOTICE_LABELS,
        may_approve=may_approve_task(actor, page.task.area.path, page.task.created_by_id),
    )


@bp.get("/console/tasks/<public_id>/poster")
def show_task_poster(public_id: str) -> str:
    """A sheet for the notice board: what, when, where, and the QR that opens the task."""
    view = queries.visible_to_staff(db.session, signed_in(), public_id)
    code = qr_svg(absolute(url_for("tasks.open_task_code", public_id=public_id)))
    return render_template("tasks/print_task_poster.html", task=view, code=code, moment=now())


@bp.post("/console/tasks/<public_id>/publication")
def publish_task(public_id: str) -> ResponseReturnValue:
    """Publish a draft whose notice is complete."""
    return _act_on_task(
        SeenForm(), services.publish, public_id, _("已发布，居民现在就能看到。"), needs_full_notice=True
    )


@bp.post("/console/tasks/<public_id>/approval")
def approve_task(public_id: str) -> ResponseReturnValue:
    """Approve points above the band, as a second person."""
    return _act_on_task(SeenForm(), services.approve_task, public_id, _("已复核，可以发布了。"))


@bp.post("/console/tasks/<public_id>/cancellation")
def cancel_task(public_id: str) -> ResponseReturnValue:
    """Call the task off with a reason that everyone is told."""
    return _act_on_task(ReasonForm(), services.cancel_task, public_id, _("任务已取消，报名的人都会收到通知。"))


def _act_on_task(schema: Any, service: Any, public_id: str, words: str, **kw: Any) -> ResponseReturnValue:
    form, here = bind(schema), url_for("tasks.show_console_task", public_id=public_id)

    def act(command: Any) -> ResponseReturnValue:
        more, named = ((), command) if isinstance(command, dict) else ((command,), {})
        return write_and_say(
            service, signed_in(), public_id, *more, then=lambda _r: here, say=lambda _r: (words, "yes"), **kw, **named
        )

    return form.submit(act, or_show=lambda: task_page(public_id, form))


@bp.get("/console/shifts/<public_id>")
def show_console_shift(public_id: str) -> str:
    """One shift: who signed up, who leads, moving and stopping it."""
    return _shift_page(public_id)


def _shift_page(public_id: str, form: Form | None = None, which: str = "") -> str:
    actor, moment, args = signed_in(), now(), read_args(PageArgs())
    page = queries.shift_console(db.session, actor, public_id, read_page(args, int), now=moment)
    typed = form.values if form else {}
    return render_template(
        "tasks/console_shift.html",
        page=page,
        form=form,
        which=which,
        typed=typed,
        moment=moment,
        signup_states=SIGNUP_STATES,
        attendances=ATTENDANCES,
    )


@bp.post("/console/shifts/<public_id>/time")
def move_shift(public_id: str) -> ResponseReturnValue:
    """Put the shift at another time; everyone is told."""
    return _act_on_shift(MoveShiftForm(), services.move_shift, public_id, "move", _moved)


@bp.post("/console/shifts/<public_id>/stop")
def stop_shift(public_id: str) -> ResponseReturnValue:
    """Stop the shift; who came keeps what they earned."""
    return _act_on_shift(ReasonForm(), services.stop_shift, public_id, "stop", _stopped)


@bp.post("/console/shifts/<public_id>/leaders")
def name_leaders(public_id: str) -> ResponseReturnValue:
    """Name who leads the shift."""
    return _act_on_shift(LeadersForm(), services.name_leaders, public_id, "leaders", lambda _r: _("负责人已更新。"))


def _moved(receipt: Any) -> str:
    if receipt.clashing:
        return _(
            "时间已改，通知了 %(n)s 人；其中 %(m)s 人在新时间另有安排，也已提醒。", n=receipt.told, m=receipt.clashing
        )
    return _("时间已改，通知了 %(n)s 人。", n=receipt.told)


def _stopped(receipt: Any) -> str:
    return _("本场已停止，通知了 %(n)s 人；已签到的人时长照算。", n=receipt.told)


def _act_on_shift(
    schema: Any, service: Any, public_id: str, which: str, words: Callable[[Any], str]
) -> ResponseReturnValue:
    form, here = bind(schema), url_for("tasks.show_console_shift", public_id=public_id)

    def act(command: Any) -> ResponseReturnValue:
        return write_and_say(
            service, signed_in(), public_id, command, then=lambda _r: here, say=lambda receipt: (words(receipt), "yes")
        )

    return form.submit(act, or_show=lambda: _shift_page(public_id, form, which))
