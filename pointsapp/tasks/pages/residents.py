"""Residents' pages: the list of tasks, one task with its one true button, my tasks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.areas.queries import find_area
from pointsapp.core.clock import now, to_local
from pointsapp.core.db import db
from pointsapp.core.errors import Invalid, NotFound
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.tasks import queries, services
from pointsapp.tasks.messages import NOTICE_LABELS, SIGNUP_STATES
from pointsapp.tasks.pages.blueprint import bp
from pointsapp.tasks.policies import is_leaders_time, may_lead_own, may_run_task, may_see_task
from pointsapp.tasks.schemas.forms import BoardArgs, NoFields, SignUpForm
from pointsapp.web.appointments import Appointment, calendar_file
from pointsapp.web.doors import Form, bind, write_page
from pointsapp.web.filters import shipped
from pointsapp.web.guard import public
from pointsapp.web.links import absolute, link
from pointsapp.web.login import current_actor, signed_in
from pointsapp.web.replicas import may_lag
from pointsapp.web.schemas import PageArgs, page_request
from pointsapp.web.sketch import Sketch, sketch

MOST_ON_MAP = 100


def read_args(schema: Any) -> dict[str, Any]:
    """Load the address's parameters; a link that is old, was typed wrong or got more of them on its way still opens the page.

    WeChat adds `from` and `isappinstalled` to every link that is passed on.
    """
    found = bind(schema, {name: value for name, value in request.args.items() if name in schema.fields})
    return found.command if found.command is not None else schema.load({})  # type: ignore[no-any-return]


def read_page(args: dict[str, Any], *shape: type) -> PageRequest:
    """Return which page of a list the address asks for; an unreadable cursor is the first page."""
    try:
        return page_request(args, *shape)
    except Invalid:
        return PageRequest(limit=args["limit"])


def write_and_say(
    service: Any, *args: Any, then: Callable[[Any], str], say: Callable[[Any], tuple[str, str]], **kw: Any
) -> ResponseReturnValue:
    """Run the service, answer 303, and once it has committed say in a few words what it came to."""
    receipts: list[Any] = []

    def there(receipt: Any) -> str:
        receipts[:] = [receipt]
        return then(receipt)

    answer = write_page(service, *args, then=there, **kw)
    for receipt in receipts:
        flash(*say(receipt))
    return answer


@bp.get("/tasks")
@public("a guest looks at tasks before joining")
@may_lag
def show_tasks() -> str:
    """The list of tasks one may grab, soonest first."""
    actor, moment, args = current_actor(), now(), read_args(BoardArgs())
    wanted = args["wanted"]
    if wanted.area and find_area(db.session, wanted.area) is None:
        wanted = replace(wanted, area=None)
    asked = read_page(args, int, int)
    if wanted.on_map:
        asked = replace(asked, limit=MOST_ON_MAP)
    page = queries.board_page(db.session, actor, wanted, asked, now=moment)
    cards = [replace(card, state_label=_words(card)) for card in page.items]
    if wanted.on_map:  # those that have a place first, numbered as on the map
        cards.sort(key=lambda card: card.spot is None)
    areas, categories = queries.area_choices(db.session, actor), queries.all_categories(db.session)
    return render_template(
        "tasks/tasks.html",
        cards=cards,
        drawing=_drawing(cards) if wanted.on_map else None,
        maps=current_app.config["SETTINGS"],
        next_cursor=page.next_cursor,
        wanted=wanted,
        categories=categories,
        areas=areas,
        pills=_when_pills(wanted),
        views=_view_pills(wanted),
        chosen=_chosen(wanted, areas, categories),
    )


def _words(card: Any) -> str:
    """Return the few words of a card's badge: the person's own state, else when sign-up opens, else nothing."""
    if card.mine is not None and card.mine.waiting_position:
        return _("候补第 %(n)s 位", n=card.mine.waiting_position)
    if card.mine is not None and card.mine.state == "offered":
        return _("等您接受")
    if card.mine is not None:
        return str(SIGNUP_STATES[card.mine.state])
    if card.signup_opens_at is not None and card.signup_opens_at > now():
        return _("%(time)s 开抢", time=to_local(card.signup_opens_at).strftime("%m-%d %H:%M"))
    return ""


def _when_pills(wanted: Any) -> list[tuple[str, str, bool]]:
    kept = _without("when")
    words = [
        (None, _("全部")),
        (queries.When.TODAY, _("今天")),
        (queries.When.TOMORROW, _("明天")),
        (queries.When.WEEKEND, _("周末")),
        (queries.When.WEEK, _("七天内")),
    ]
    return [
        (word, url_for("tasks.show_tasks", **({**kept, "when": str(when)} if when else kept)), wanted.when is when)
        for when, word in words
    ]


def _drawing(cards: list[Any]) -> Sketch | None:
    placed = [card for card in cards if card.spot]
    return sketch([card.spot for card in placed], [card.area_name for card in placed])


def _without(*names: str) -> dict[str, Any]:
    """Return the address's parameters without these and without the place in the list."""
    return {name: value for name, value in request.args.items() if name not in (*names, "cursor") and value}


def _view_pills(wanted: Any) -> list[tuple[str, str, bool]]:
    kept = _without("view")
    return [
        (_("列表"), url_for("tasks.show_tasks", **kept), not wanted.on_map),
        (_("地图"), url_for("tasks.show_tasks", **kept, view="map"), wanted.on_map),
    ]


def _chosen(wanted: Any, areas: Any, categories: Any) -> list[tuple[str, str]]:
    """Return each filter in force as (words, the address without it): one tap widens the list again."""
    area = next((row.name for row in areas if wanted.area in (row.code, row.public_id)), wanted.area)
    kind = next((row.name for row in categories if row.key == wanted.category), wanted.category)
    found = [
        ("area", area),
        ("category", shipped(kind) if kind else None),
        ("when", next((word for word, _href, is_on in _when_pills(wanted) if is_on), None) if wanted.when else None),
        ("free", _("还有名额的") if wanted.is_free else None),
        ("q", f"“{wanted.q}”" if wanted.q else None),
    ]
    return [(str(word), url_for("tasks.show_tasks", **_without(name))) for name, word in found if word]


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
    past = queries.past_signups(db.session, actor.person_id, read_page(args, int), now=moment)
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
