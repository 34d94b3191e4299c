"""Residents' pages: one task with its one true button, my tasks."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.tasks import queries, services
from pointsapp.tasks.messages import NOTICE_LABELS
from pointsapp.tasks.pages.blueprint import bp
from pointsapp.tasks.pages.door import read_args, read_page, write_and_say
from pointsapp.tasks.policies import is_leaders_time, may_lead_own, may_run_task, may_see_task
from pointsapp.tasks.schemas.forms import NoFields, SignUpForm
from pointsapp.web.appointments import Appointment, calendar_file
from pointsapp.web.doors import Form, bind
from pointsapp.web.guard import public
from pointsapp.web.links import absolute, link
from pointsapp.web.login import current_actor, signed_in
from pointsapp.web.schemas import PageArgs


@bp.get("/tasks/<public_id>")
@public("a guest reads the notice before joining")
def show_task(public_id: str) -> ResponseReturnValue:
    """One task: who needs you, what to do, and one button that tells the truth."""
    return _show(public_id, request.args.get("shift"))


def _show(public_id: str, shift: str | None, form: Form | None = None) -> str:
    actor, moment = current_actor(), now()
    page = queries.task_page(db.session, actor, public_id, shift, now=moment)
    if page is None:
        raise NotFound()
    mine, runs_it = page.chosen.mine, actor is not None and may_run_task(actor, page.task.area.path)
    return render_template(
        "tasks/task.html",
        page=page,
        form=form,
        moment=moment,
        runs_it=runs_it,
        may_lead=runs_it or is_leaders_time(page.chosen.shift, moment),
        maps=current_app.config["SETTINGS"],
        stamp=queries.stamp_of(page.button, mine.waiting_position if mine else None, page.chosen.shift),
    )


@bp.get("/shifts/<public_id>/places")
@public("a guest sees how many places are left, as on the task's page")
def show_places(public_id: str) -> str:
    """How many places are left right now, and a stamp that changes with the button: what an open page asks again."""
    pulse = queries.shift_pulse(db.session, current_actor(), public_id, now=now())
    if pulse is None:
        raise NotFound()
    return render_template("tasks/places.html", pulse=pulse)


@bp.get("/shifts/<public_id>/calendar")
@public("a task's time and place stand on its public page")
def download_calendar(public_id: str) -> ResponseReturnValue:
    """One shift as a calendar file."""
    actor, brief = current_actor(), queries.shift_brief(db.session, public_id)
    task = None if brief is None else queries.task_view(db.session, brief.task_id)
    if brief is None or task is None or not may_see_task(actor, task.area.path, task.is_draft):
        raise NotFound()
    here = absolute(url_for("tasks.show_task", public_id=task.public_id, shift=public_id))
    appointment = Appointment(
        uid=f"shift-{public_id}@{urlsplit(here).hostname}",
        sequence=task.notice_version,
        title=task.title,
        place=_("%(place)s（%(area)s）", place=task.place, area=task.area.name),
        text="\n".join(text for text in (task.description, task.what_to_bring, task.contact) if text),
        url=here,
        starts_at=brief.starts_at,
        ends_at=brief.ends_at,
        is_cancelled=task.state == "cancelled" or brief.shift_state == "stopped",
        at=task.wgs84,
    )
    return calendar_file(appointment, f"task-{public_id}", now=now())


@bp.get("/q/t/<public_id>")
@public("a QR on a notice board opens the task for anybody")
def open_task_code(public_id: str) -> ResponseReturnValue:
    """Show the task behind a scanned QR."""
    return redirect(url_for("tasks.show_task", public_id=public_id))


@bp.post("/tasks/<public_id>/signups")
def grab(public_id: str) -> ResponseReturnValue:
    """Take a place, or join the queue; a guest signs in and comes back to the same button."""
    form = bind(SignUpForm())

    def there(receipt: Any) -> str:
        at_the_door = request.form.get("then") == "scan" and receipt.state == "confirmed"
        scan = link("checkin.show_scan") if at_the_door else None
        return scan or url_for("tasks.show_task", public_id=public_id, shift=receipt.shift)

    return form.submit(
        lambda shift: write_and_say(services.sign_up, signed_in(), shift, then=there, say=_said),
        or_show=lambda: _show(public_id, request.form.get("shift"), form),
    )


def _said(receipt: Any) -> tuple[str, str]:
    """Return (words, tone) of what a sign-up came to; a repeated one says that it stands already."""
    if receipt.state == "waitlisted":
        words = _("名额已满，您排在候补第 %(n)s 位，有空位会通知您。", n=receipt.waiting_position)
        return words, "wait"
    if receipt.state == "offered":
        return _("有名额给您留着，请尽快确认。"), "wait"
    if request.form.get("then") == "scan":  # the button said "and check in": that takes the code on the spot
        return _("报上名了，还差一步：扫现场的签到码。"), "wait"
    return (_("您已报名，到时见！"), "info") if receipt.is_repeat else (_("报名成功，到时见！"), "yes")


@bp.post("/signups/<public_id>/cancellation")
def cancel_signup(public_id: str) -> ResponseReturnValue:
    """Give one's own place back."""
    return _own_signup(services.cancel_signup, public_id, _("已取消，位置让出来了。"))


@bp.post("/signups/<public_id>/acceptance")
def accept_offer(public_id: str) -> ResponseReturnValue:
    """Accept an offered place."""
    return _own_signup(services.accept_offer, public_id, _("名额是您的了，到时见！"))


def _own_signup(service: Any, public_id: str, words: str) -> ResponseReturnValue:
    form = bind(NoFields())

    def act(_yes: bool) -> ResponseReturnValue:
        back = url_for("tasks.show_my_signups")
        return write_and_say(service, signed_in(), public_id, then=lambda _r: back, say=lambda _r: (words, "yes"))

    return form.submit(act, or_show=lambda: _my_signups(form))


@bp.get("/me/tasks/<public_id>/notice")
def show_notice(public_id: str) -> str:
    """The recruiting notice as it stood when the person signed up."""
    notice = queries.accepted_notice(db.session, signed_in().person_id, public_id)
    if notice is None:
        raise NotFound()
    return render_template("tasks/notice.html", notice=notice, labels=NOTICE_LABELS)


@bp.get("/me/tasks")
def show_my_signups() -> str:
    """My tasks: what is ahead, what was."""
    return _my_signups()


def _my_signups(form: Form | None = None) -> str:
    actor, moment, args = signed_in(), now(), read_args(PageArgs())
    soon = PageRequest(after=decode_cursor(request.args.get("ahead"), (str, int)))
    ahead = queries.upcoming_page(db.session, actor.person_id, soon, now=moment)
    past = queries.past_signups(db.session, actor.person_id, read_page(args, str, int), now=moment)
    return render_template(
        "tasks/my_signups.html",
        ahead=[(row, queries.may_cancel(row, moment)) for row in ahead.items],
        next_ahead=ahead.next_cursor,
        led=queries.shifts_led_ahead(db.session, actor.person_id, moment),
        may_lead_own=may_lead_own,
        past=past,
        form=form,
        moment=moment,
    )
