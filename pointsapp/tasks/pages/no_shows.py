"""No-shows: a person's own record with its reasons, asking for leave, appealing; and the table in which staff answer."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core.actor import require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.tasks import queries, services
from pointsapp.tasks.messages import NO_SHOW_STATES
from pointsapp.tasks.pages.blueprint import bp
from pointsapp.tasks.pages.door import read_args, read_page, write_and_say
from pointsapp.tasks.policies import may_create_tasks
from pointsapp.tasks.schemas.later import DecisionForm, WordsForm
from pointsapp.web.doors import Form, bind
from pointsapp.web.login import signed_in
from pointsapp.web.schemas import PageArgs


@bp.get("/me/no-shows")
def show_my_no_shows() -> str:
    """My record: the rule in words, how it stands for me, and each time with its reason and answer."""
    return _mine()


def _mine(form: Form | None = None, which: str = "") -> str:
    actor, moment = signed_in(), now()
    return render_template(
        "tasks/my_no_shows.html",
        standing=queries.no_show_standing(db.session, actor.person_id, now=moment),
        lines=queries.my_no_shows(db.session, actor.person_id, read_page(read_args(PageArgs()), int)),
        states=NO_SHOW_STATES,
        form=form,
        which=which,
    )


@bp.post("/signups/<public_id>/excuse")
def ask_excuse(public_id: str) -> ResponseReturnValue:
    """Say why one cannot come, or did not."""
    form, here = bind(WordsForm()), url_for("tasks.show_my_no_shows")

    def act(reason: str) -> ResponseReturnValue:
        return write_and_say(
            services.ask_excuse, signed_in(), public_id, reason, then=lambda _r: here, say=_said_of_excuse
        )

    return form.submit(act, or_show=lambda: _mine(form, public_id))


def _said_of_excuse(receipt: Any) -> tuple[str, str]:
    if receipt.state == "excused":
        return _("已请假，名额让出来了。谢谢您提前说。"), "yes"
    if receipt.place_given_back:
        return _("名额已让出，原因交给工作人员看；回复前不算爽约。"), "yes"
    return _("原因已收到，工作人员会回复；回复前不算爽约。"), "yes"


@bp.post("/no-shows/<public_id>/appeal")
def appeal(public_id: str) -> ResponseReturnValue:
    """Ask somebody else to look at it."""
    form, here = bind(WordsForm()), url_for("tasks.show_my_no_shows")

    def act(words: str) -> ResponseReturnValue:
        said = _("申诉已收到，会由另一位工作人员来看；结果出来前不算。")
        return write_and_say(
            services.appeal, signed_in(), public_id, words, then=lambda _r: here, say=lambda _r: (said, "yes")
        )

    return form.submit(act, or_show=lambda: _mine(form, public_id))


@bp.get("/console/no-shows")
def show_console_no_shows() -> str:
    """What waits for an answer, longest first; or all of them."""
    return _console()


def _console(form: Form | None = None, which: str = "") -> str:
    actor = signed_in()
    require(may_create_tasks(actor))
    is_all = request.args.get("all") == "1"
    page = read_page(read_args(PageArgs()), int)
    lines = queries.no_shows_page(db.session, actor, page, waiting_only=not is_all)
    return render_template(
        "tasks/console_no_shows.html",
        lines=lines,
        may_answer={line.public_id: line.may_be_answered_by(actor) for line in lines.items},
        rule=queries.rule_in_force(db.session, now=now()),
        waiting=queries.no_shows_waiting(db.session, actor),
        is_all=is_all,
        states=NO_SHOW_STATES,
        form=form,
        which=which,
    )


@bp.post("/console/no-shows/<public_id>/decision")
def decide_no_show(public_id: str) -> ResponseReturnValue:
    """Accept a reason or an appeal, or not; the person is told."""
    form, here = bind(DecisionForm()), url_for("tasks.show_console_no_shows")

    def act(command: services.Decision) -> ResponseReturnValue:
        said = _("已回复，本人会收到通知。")
        return write_and_say(
            services.decide_no_show,
            signed_in(),
            public_id,
            command,
            then=lambda _r: here,
            say=lambda _r: (said, "yes"),
        )

    return form.submit(act, or_show=lambda: _console(form, public_id))
