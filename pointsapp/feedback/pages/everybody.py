"""For everybody, guests too: say something, follow it, say whether the answer is enough."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.areas.queries import AreaKind, area_options
from pointsapp.core import policy
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.feedback.errors import FeedbackUnknown, GuestsTooMany
from pointsapp.feedback.pages.door import WORDS, bp, held, held_numbers, hold, show_once, shown_secret
from pointsapp.feedback.policies import ADDRESS_PER_HOUR, DUE_DAYS, VERDICT_DAYS
from pointsapp.feedback.queries import FeedbackRow, find_feedback, my_feedback_page, steps_of
from pointsapp.feedback.schemas import LookForm, SayForm, VerdictForm
from pointsapp.feedback.services import (
    FeedbackReceipt,
    SayFeedback,
    Verdict,
    give_verdict,
    say_feedback,
    secret_hash,
    withdraw_feedback,
)
from pointsapp.web.doors import Form, bind, blank, write_page
from pointsapp.web.guard import public
from pointsapp.web.guesses import takes_codes
from pointsapp.web.links import came_from
from pointsapp.web.login import current_actor
from pointsapp.web.security import caller_address, hit_per_hour

_OPEN = "everybody may say what is wrong, above all who cannot sign in"
PLACES = frozenset({AreaKind.COMMUNITY})


@bp.get("/feedback")
@public(_OPEN)
def show_feedback() -> str:
    """A form, a way to look up what was said, and one's own. WeChat drops the referrer, so a page may say itself which it is."""
    page = request.args.get("page") or urlsplit(came_from()).path
    return _feedback(blank(page="" if page.startswith("/feedback") else page[:120]), blank())


@bp.post("/feedback")
@public(_OPEN)
def submit_feedback() -> ResponseReturnValue:
    """Take it down; a guest gets a number and a secret to follow it by."""
    form, actor = bind(SayForm()), current_actor()

    def act(command: SayFeedback) -> ResponseReturnValue:
        if actor is None:
            _count_guest()

        def there(receipt: FeedbackReceipt) -> str:
            return url_for("feedback.show_matter", number=receipt.number)

        answer = write_page(say_feedback, actor, command, then=there)
        if actor is None:
            hold(command.number, secret_hash(command.number, command.secret))
            show_once(command.number, command.secret)
        return answer

    return form.submit(act, or_show=lambda: _feedback(form, blank()))


@bp.post("/feedback/find")
@public("who said it without signing in follows it by number and secret")
@takes_codes
def submit_look_up() -> ResponseReturnValue:
    """Open a guest's feedback in this browser."""
    form = bind(LookForm())

    def act(codes: tuple[str, str]) -> ResponseReturnValue:
        number, secret = codes
        row, hashed = find_feedback(db.session, number, now=now()), secret_hash(number, secret)
        if row.secret_hash != hashed:
            raise FeedbackUnknown()
        hold(number, hashed)
        return redirect(url_for("feedback.show_matter", number=number), code=303)

    return form.submit(act, or_show=lambda: _feedback(blank(), form))


@bp.get("/feedback/<string:number>")
@public("asks for the signed-in author or for the secret this browser holds, each time")
def show_matter(number: str) -> ResponseReturnValue:
    """How one's feedback stands; whoever it is not hears nothing about it."""
    row = _own(number)
    if row is None:
        flash(_("请填编号和查询码来查；登录后提的，登录就能看到。"), "info")
        return redirect(url_for("feedback.show_feedback"))
    return _matter(row, blank())


@bp.post("/feedback/<string:number>/verdict")
@public("asks for the signed-in author or for the secret this browser holds, each time")
def submit_verdict(number: str) -> ResponseReturnValue:
    """Say whether the answer is enough."""
    form, row = bind(VerdictForm(), {**request.form.to_dict(), "number": number}), _own(number)
    if row is None:
        raise FeedbackUnknown()

    def act(command: Verdict) -> ResponseReturnValue:
        def there(_receipt: FeedbackReceipt) -> str:
            flash(_("谢谢，已经办结。") if command.is_satisfied else _("记下了，往下看由谁接着办。"), "yes")
            return url_for("feedback.show_matter", number=number)

        return write_page(give_verdict, current_actor(), command, held(number), then=there)

    return form.submit(act, or_show=lambda: _matter(row, form))


@bp.post("/feedback/<string:number>/withdrawal")
@public("asks for the signed-in author or for the secret this browser holds, each time")
def submit_withdrawal(number: str) -> ResponseReturnValue:
    """Take it back before it was answered."""

    def there(_receipt: FeedbackReceipt) -> str:
        flash(_("已撤回，记录会保留。"), "yes")
        return url_for("feedback.show_matter", number=number)

    return write_page(withdraw_feedback, current_actor(), number, held(number), then=there)


def _count_guest() -> None:
    """Count a guest by address; private ones never, because a whole street shares them."""
    address = caller_address()
    most = policy.value(db.session, ADDRESS_PER_HOUR, now=now())
    if address is not None and not hit_per_hour(f"feedback:{address}", most):
        raise GuestsTooMany(retry_after=3600)


def _own(number: str) -> FeedbackRow | None:
    """Return the feedback if it is this reader's, None for anybody else."""
    try:
        row = find_feedback(db.session, number[:20], now=now())
    except FeedbackUnknown:
        return None
    actor, mine = current_actor(), held(number)
    is_author = actor is not None and row.person_id == actor.person_id
    return row if is_author or (mine is not None and mine == row.secret_hash) else None


def _feedback(form: Form, look: Form) -> str:
    actor, moment = current_actor(), now()
    page = PageRequest(limit=10, after=decode_cursor(request.args.get("cursor"), (int,)))
    needs_place = actor is None or actor.home_area_id is None
    return render_template(
        "feedback/feedback.html",
        form=form,
        look=look,
        areas=area_options(db.session, kinds=PLACES) if needs_place else [],
        mine=my_feedback_page(db.session, actor.person_id, page, now=moment) if actor else None,
        numbers=held_numbers(),
        due_days=policy.value(db.session, DUE_DAYS, now=moment),
        words=WORDS,
    )


def _matter(row: FeedbackRow, form: Form) -> str:
    return render_template(
        "feedback/matter.html",
        row=row,
        steps=steps_of(db.session, row.id),
        form=form,
        secret=shown_secret(row.number),
        verdict_days=policy.value(db.session, VERDICT_DAYS, now=now()),
        words=WORDS,
    )
