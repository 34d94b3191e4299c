"""Where a task is: 「就在这里」 from a phone on the spot, or figures read off a map."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.tasks import queries, services
from pointsapp.tasks.messages import COORDINATE_SYSTEMS
from pointsapp.tasks.pages.blueprint import bp
from pointsapp.tasks.pages.door import write_and_say
from pointsapp.tasks.schemas.later import StandForm
from pointsapp.web.doors import Form, bind
from pointsapp.web.login import signed_in


@bp.get("/console/tasks/<public_id>/place")
def show_task_place(public_id: str) -> str:
    """Where the task is now, one button for who stands there, and two fields for who does not."""
    return _place(public_id)


def _place(public_id: str, form: Form | None = None) -> str:
    view, by_figures = queries.place_to_set(db.session, signed_in(), public_id, now=now())
    return render_template(
        "tasks/console_place.html",
        task=view,
        by_figures=by_figures,
        form=form,
        systems=list(COORDINATE_SYSTEMS.items()),
    )


@bp.post("/console/tasks/<public_id>/place")
def set_task_place(public_id: str) -> ResponseReturnValue:
    """Set it."""
    form, here = bind(StandForm()), url_for("tasks.show_task_place", public_id=public_id)
    words = _("地点已定好，签到范围从这里算起。")

    def act(command: services.Stand) -> ResponseReturnValue:
        return write_and_say(
            services.set_place, signed_in(), public_id, command, then=lambda _r: here, say=lambda _r: (words, "yes")
        )

    return form.submit(act, or_show=lambda: _place(public_id, form))
