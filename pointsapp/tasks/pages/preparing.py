"""Beside a task: the templates kept of it, and its picture."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core import uploads
from pointsapp.core.actor import require
from pointsapp.core.attic import Attic
from pointsapp.core.db import db
from pointsapp.core.file_kinds import FileKind
from pointsapp.tasks import queries, services
from pointsapp.tasks.errors import PictureUnreadable
from pointsapp.tasks.pages.blueprint import bp
from pointsapp.tasks.pages.console import task_page
from pointsapp.tasks.policies import may_create_tasks
from pointsapp.tasks.schemas.preparing import PictureForm, TemplateForm
from pointsapp.web.doors import bind, write_page
from pointsapp.web.guard import public
from pointsapp.web.login import current_actor, signed_in

MOST_BYTES = 20 << 20  # a phone's photograph; it is made small


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
        or_show=lambda: task_page(public_id, form, "template"),
    )


@bp.post("/console/task-templates/<template>/retirement")
def retire_template(template: str) -> ResponseReturnValue:
    """Take a template away."""

    def there(_receipt: object) -> str:
        flash(_("模板已停用，用它发过的任务不受影响。"), "yes")
        return url_for("tasks.show_templates")

    return write_page(services.retire_template, signed_in(), template, then=there)


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

    return form.submit(act, or_show=lambda: task_page(public_id, form, "picture"))


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
