"""The desk: what waits for an answer, one with the person's timeline, and the answer."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.areas.queries import AreaKind, area_options
from pointsapp.core.actor import Actor, require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.deciders import decision_at
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.feedback.messages import say_timeline
from pointsapp.feedback.pages.door import WORDS, bp
from pointsapp.feedback.policies import HANDLERS, may_see_feedback
from pointsapp.feedback.queries import (
    OPEN_VIEWS,
    FeedbackRow,
    feedback_counts,
    feedback_page,
    handled_feedback,
    open_until,
    steps_of,
    timeline_page,
)
from pointsapp.feedback.schemas import AnswerForm, HandOnForm, LookIntoForm
from pointsapp.feedback.services import (
    FeedbackReceipt,
    HandedOn,
    answer_feedback,
    hand_on,
    open_timeline,
    take_feedback,
)
from pointsapp.web.doors import Form, bind, blank, write_page
from pointsapp.web.login import signed_in

SHOWN = 30
OFFICES = frozenset({AreaKind.DISTRICT, AreaKind.STREET, AreaKind.COMMUNITY})


@bp.get("/console/feedback")
def show_desk() -> str:
    """What stands at the offices of one's remit, what is due first on top."""
    actor, asked = signed_in(), request.args.get("view", "")
    require(may_see_feedback(actor))
    view = asked if asked in OPEN_VIEWS else "open"
    page = PageRequest(limit=SHOWN, after=decode_cursor(request.args.get("cursor"), (str, int)))
    return render_template(
        "feedback/desk.html",
        page=feedback_page(db.session, actor, page, view=view, now=now()),
        counts=feedback_counts(db.session, actor, now=now()),
        view=view,
        words=WORDS,
    )


@bp.get("/console/feedback/<string:number>")
def show_handling(number: str) -> str:
    """One feedback with its steps, and what the office can do."""
    return _handling(number, blank())


@bp.post("/console/feedback/<string:number>/taking")
def submit_taking(number: str) -> ResponseReturnValue:
    """Become the one who answers."""
    return write_page(take_feedback, signed_in(), number, then=_then(number, _("由您来答复。")))


@bp.post("/console/feedback/<string:number>/answer")
def submit_answer(number: str) -> ResponseReturnValue:
    """Answer it."""
    form = bind(AnswerForm())
    done = _then(number, _("已答复，提意见的人会看到。"))
    return form.submit(
        lambda text: write_page(answer_feedback, signed_in(), number, text, then=done),
        or_show=lambda: _handling(number, form),
    )


@bp.post("/console/feedback/<string:number>/handing-on")
def submit_handing_on(number: str) -> ResponseReturnValue:
    """Give it to the office where it belongs."""
    form = bind(HandOnForm())

    def done(receipt: HandedOn) -> str:
        flash(_("已转交，现在由%(office)s承办。", office=receipt.office), "yes")
        return url_for("feedback.show_handling", number=number)

    return form.submit(
        lambda to: write_page(hand_on, signed_in(), number, *to, then=done), or_show=lambda: _handling(number, form)
    )


@bp.post("/console/feedback/<string:number>/opening")
def submit_opening(number: str) -> ResponseReturnValue:
    """Say why the person's records are needed; then they open for a while."""
    form = bind(LookIntoForm())

    def there(_receipt: FeedbackReceipt) -> str:
        return url_for("feedback.show_timeline", number=number)

    return form.submit(
        lambda why: write_page(open_timeline, signed_in(), number, why, then=there),
        or_show=lambda: _handling(number, form),
    )


@bp.get("/console/feedback/<string:number>/timeline")
def show_timeline(number: str) -> ResponseReturnValue:
    """The person's last months in one line, for who said why a little while ago."""
    actor, row = _handled(number)
    until = open_until(db.session, actor, row, now=now())
    if row.person_id is None or until is None:
        flash(_("请先写明为什么要看，再打开。"), "info")
        return redirect(url_for("feedback.show_handling", number=number))
    page = PageRequest(limit=SHOWN, after=decode_cursor(request.args.get("cursor"), (str, str, int)))
    found = timeline_page(db.session, row.person_id, page, now=now())
    return render_template(
        "feedback/timeline.html",
        row=row,
        lines=[say_timeline(line) for line in found.items],
        next_cursor=found.next_cursor,
        until=until,
        words=WORDS,
    )


def _handled(number: str) -> tuple[Actor, FeedbackRow]:
    """Return the actor and what they may handle; whoever may not know of it hears that there is none."""
    actor = signed_in()
    return actor, handled_feedback(db.session, actor, number[:20], now=now())


def _handling(number: str, form: Form) -> str:
    actor, row = _handled(number)
    return render_template(
        "feedback/handling.html",
        row=row,
        steps=steps_of(db.session, row.id),
        form=form,
        areas=area_options(db.session, paths=actor.paths(HANDLERS), kinds=OFFICES),
        about=_about(actor, row),
        words=WORDS,
    )


def _about(actor: Actor, row: FeedbackRow) -> tuple[str, str] | None:
    """Return name and address of what this is about, where it was said from such a page and the reader may open it."""
    found = decision_at(row.page)
    values = found[0].opens(db.session, actor, found[1]) if found else None
    return (str(found[0].name), url_for(found[0].endpoint, **values)) if found and values is not None else None


def _then(number: str, words: str) -> Callable[[FeedbackReceipt], str]:
    def go(_receipt: FeedbackReceipt) -> str:
        flash(words, "yes")
        return url_for("feedback.show_handling", number=number)

    return go
