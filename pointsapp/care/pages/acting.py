"""Pages of a helper who acts for somebody. Each says for whom on top, and opens only after a button that is on record.

There is no borrowed session: the helper stays who they are, and these pages alone do things for the other person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.areas.queries import district_of
from pointsapp.care import queries
from pointsapp.care.messages import CONSENTS, OF_ANOTHER
from pointsapp.care.pages.blueprint import bp
from pointsapp.care.queries import MandateLine
from pointsapp.care.schemas import LeaveForm, PrintForm, ShiftForm
from pointsapp.care.services import (
    Act,
    accept_place_for,
    cancel_for,
    end_mandate,
    give_back_for,
    note_print,
    open_mandate,
    sign_up_for,
    take_leave_for,
    take_voucher_for,
)
from pointsapp.core.actor import Actor
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import Invalid, NotFound
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.merchants.queries import OfferFilter
from pointsapp.people.queries import load_actor
from pointsapp.redemption.queries import offer_cards, voucher_by_public_id
from pointsapp.tasks.queries import TaskFilter, may_cancel, my_signups_in, tasks_page
from pointsapp.web.doors import Form, bind, blank, posted, write_page
from pointsapp.web.links import absolute
from pointsapp.web.login import signed_in
from pointsapp.web.qr import qr_svg

OPENED = "acting_for"  # in the helper's own session: which mandate was opened, and when
OPEN_FOR = timedelta(hours=2)
SHOWN = 20


@dataclass(frozen=True, slots=True)
class _Acting:
    mandate: MandateLine
    person: Actor


def _opened(public_id: str) -> _Acting | None:
    """Return the mandate and whom it is for; None until it was opened in this browser. NotFound when it is not the caller's."""
    moment = now()
    mandate = queries.mandate_for(db.session, signed_in().person_id, public_id, now=moment)
    if mandate is None:
        raise NotFound()
    kept = session.get(OPENED) or {}
    is_open = kept.get("mandate") == public_id and moment - datetime.fromisoformat(kept["at"]) < OPEN_FOR
    person = load_actor(db.session, mandate.person_id, now=moment) if mandate.is_open and is_open else None
    return None if person is None else _Acting(mandate, person)


def _closed(public_id: str) -> str:
    mandate = queries.mandate_for(db.session, signed_in().person_id, public_id, now=now())
    return render_template("care/start.html", mandate=mandate, consents=CONSENTS)


@bp.post("/for/<mandate>/opening")
def submit_opening(mandate: str) -> ResponseReturnValue:
    def opened(public_id: str) -> str:
        session[OPENED] = {"mandate": public_id, "at": now().isoformat()}
        return url_for("care.show_person", mandate=public_id)

    return write_page(open_mandate, signed_in(), mandate, then=opened)


@bp.post("/for/<mandate>/closing")
def submit_closing(mandate: str) -> ResponseReturnValue:
    """Close the pages. A visit at the desk ends with it: the word was given for as long as the person stands there."""
    if (session.get(OPENED) or {}).get("mandate") == mandate:
        session.pop(OPENED)
    found = queries.mandate_for(db.session, signed_in().person_id, mandate, now=now())
    if found is not None and found.is_desk:
        return write_page(end_mandate, signed_in(), mandate, then=lambda _receipt: _left(found.person_public_id))
    flash(_("代办结束，现在是您自己的账号。"), "info")
    return redirect(url_for("care.show_mandates"), code=303)


def _left(person: str) -> str:
    flash(_("代办结束。他再来时请重新开始。"), "info")
    return url_for("care.show_console_care", public_id=person)


@bp.get("/for/<mandate>")
def show_person(mandate: str) -> str:
    return _person_page(mandate, blank())


def _person_page(mandate: str, form: Form) -> str:
    acting = _opened(mandate)
    if acting is None:
        return _closed(mandate)
    moment = now()
    statement = queries.statement_of(db.session, acting.person.person_id, now=moment, lines=10)
    return render_template(
        "care/person.html",
        mandate=acting.mandate,
        page=statement,
        may_cancel={one.public_id: may_cancel(one, moment) for one in statement.signups},
        form=form,
    )


@bp.get("/for/<mandate>/tasks")
def show_tasks(mandate: str) -> str:
    return _tasks_page(mandate, blank())


def _tasks_page(mandate: str, form: Form) -> str:
    acting = _opened(mandate)
    if acting is None:
        return _closed(mandate)
    page = PageRequest(limit=SHOWN, after=decode_cursor(request.args.get("cursor"), (int, int)))
    wanted = TaskFilter(is_open=True)
    moment = now()
    found = tasks_page(db.session, acting.person, wanted, page, now=moment)
    shifts = tuple(shift.id for task in found.items for shift in task.shifts)
    own = my_signups_in(db.session, acting.person.person_id, shifts)
    said = _of_another(form)
    return render_template("care/tasks.html", mandate=acting.mandate, found=found, own=own, moment=moment, said=said)


def _of_another(form: Form) -> tuple[str, str] | None:
    """Return a refusal's (title, detail): what is said to whom it concerns would be said here to the helper."""
    if form.refusal is None:
        return None
    return form.refusal["title"], str(OF_ANOTHER.get(form.refusal["code"], form.refusal["detail"]))


@bp.post("/for/<mandate>/signups")
def submit_signup(mandate: str) -> ResponseReturnValue:
    form = bind(ShiftForm())
    return form.run(
        sign_up_for,
        mandate,
        then=lambda receipt: _back(mandate, _signed_up_words(receipt.waiting_position)),
        or_show=lambda: _tasks_page(mandate, form),
    )


def _signed_up_words(waiting_position: int | None) -> str:
    """Say what became of it: a line in the queue is no place."""
    if waiting_position is not None:
        return _("名额已满，替他排上了候补第 %(n)s 位，有空位会通知您和他。", n=waiting_position)
    return _("替他报上名了。")


@bp.post("/for/<mandate>/signups/<signup>/cancellation")
def submit_cancellation(mandate: str, signup: str) -> ResponseReturnValue:
    return write_page(
        cancel_for, signed_in(), mandate, signup, then=lambda _receipt: _back(mandate, _("替他取消了报名。"))
    )


@bp.post("/for/<mandate>/signups/<signup>/acceptance")
def submit_place(mandate: str, signup: str) -> ResponseReturnValue:
    return write_page(
        accept_place_for, signed_in(), mandate, signup, then=lambda _receipt: _back(mandate, _("名额是他的了。"))
    )


@bp.post("/for/<mandate>/signups/<signup>/leave")
def submit_leave(mandate: str, signup: str) -> ResponseReturnValue:
    form = bind(LeaveForm(), posted(signup=signup))
    return form.submit(
        lambda command: write_page(
            take_leave_for,
            signed_in(),
            mandate,
            command,
            then=lambda _receipt: _back(mandate, _("替他请了假，名额让出去了。")),
        ),
        or_show=lambda: _person_page(mandate, form),
    )


@bp.get("/for/<mandate>/offers")
def show_offers(mandate: str) -> str:
    return _offers_page(mandate, blank())


def _offers_page(mandate: str, form: Form) -> str:
    acting = _opened(mandate)
    if acting is None:
        return _closed(mandate)
    person = acting.person
    points = queries.statement_of(db.session, person.person_id, now=now(), lines=1).points
    by = OfferFilter(path=district_of(person.home_path) if person.home_path else None, at_most=None, q=None)
    page = PageRequest(limit=SHOWN, after=decode_cursor(request.args.get("cursor"), (int, int, int)))
    found = offer_cards(db.session, page, by, balance=points.balance, now=now())
    said = _of_another(form)
    return render_template("care/offers.html", mandate=acting.mandate, found=found, balance=points.balance, said=said)


@bp.post("/for/<mandate>/offers/<offer>/vouchers")
def submit_voucher(mandate: str, offer: str) -> ResponseReturnValue:
    form = Form({}, {}, offer)
    return form.run(
        take_voucher_for,
        mandate,
        then=lambda _voucher: _back(mandate, _("换好了。可以打印出来交给他。")),
        or_show=lambda: _offers_page(mandate, form),
    )


@bp.post("/for/<mandate>/vouchers/<voucher>/cancellation")
def submit_give_back(mandate: str, voucher: str) -> ResponseReturnValue:
    return write_page(
        give_back_for,
        signed_in(),
        mandate,
        voucher,
        then=lambda _voucher: _back(mandate, _("退回了，积分回到他账上。")),
    )


@bp.post("/for/<mandate>/prints")
def submit_print(mandate: str) -> ResponseReturnValue:
    form = bind(PrintForm())
    if form.command is None:
        raise Invalid(form.errors)
    what, voucher = form.command["what"], form.command["voucher"]

    def there(public_id: str) -> str:
        if what is Act.PRINTED_VOUCHER:
            return url_for("care.print_voucher", mandate=public_id, voucher=voucher)
        return url_for("care.print_statement", mandate=public_id)

    return write_page(note_print, signed_in(), mandate, what, voucher, then=there)


@bp.get("/for/<mandate>/statement")
def print_statement(mandate: str) -> str:
    acting = _opened(mandate)
    if acting is None:
        return _closed(mandate)
    statement = queries.statement_of(db.session, acting.person.person_id, now=now())
    back = url_for("care.show_person", mandate=mandate)
    return render_template("care/print_statement.html", page=statement, back=back)


@bp.get("/for/<mandate>/vouchers/<voucher>/print")
def print_voucher(mandate: str, voucher: str) -> str:
    acting = _opened(mandate)
    if acting is None:
        return _closed(mandate)
    found = voucher_by_public_id(db.session, voucher, now=now())
    if found is None or found.person_id != acting.person.person_id:
        raise NotFound()
    return render_template(
        "care/print_voucher.html",
        voucher=found,
        qr=qr_svg(absolute(found.path)),
        name=acting.person.display_name,
        back=url_for("care.show_person", mandate=mandate),
    )


def _back(mandate: str, words: str) -> str:
    flash(words, "yes")
    return url_for("care.show_person", mandate=mandate)
