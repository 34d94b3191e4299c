"""The desk looks after somebody: a lost phone, cards, whom they let act, acting for them on the spot."""

from __future__ import annotations

from dataclasses import replace

from flask import flash, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.care import queries
from pointsapp.care.messages import ACTS, CONSENTS, MANDATE_STATES
from pointsapp.care.pages.acting import OPENED
from pointsapp.care.pages.blueprint import bp
from pointsapp.care.pages.cards import card_sheet
from pointsapp.care.policies import may_record
from pointsapp.care.schemas import DAYS, DeskMandateForm, NoteForm
from pointsapp.care.services import (
    Consent,
    IssuedCard,
    LostPhone,
    MandateReceipt,
    RecordMandate,
    end_mandate,
    issue_card,
    record_mandate,
    report_lost_phone,
    revoke_card,
    start_desk,
)
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.people.policies import may_see_people
from pointsapp.people.queries import DeskPerson, desk_person
from pointsapp.web.doors import Form, bind, blank, write_page
from pointsapp.web.login import signed_in


def _person(public_id: str) -> DeskPerson:
    actor = signed_in()
    person = desk_person(db.session, actor, public_id, now=now()) if may_see_people(actor) else None
    if person is None:
        raise NotFound()
    return person


def _page(public_id: str, form: Form | None = None, visit: Form | None = None) -> str:
    person = _person(public_id)
    may = may_record(signed_in(), person.standing)
    return render_template(
        "care/console_care.html",
        person=person,
        may=may,
        mandates=queries.mandates_given(db.session, person.id, now=now()) if may else (),
        cards=queries.cards_of(db.session, person.id) if may else (),
        acts=queries.acts_on(db.session, person.id) if may else (),
        act_words=ACTS,
        consents=CONSENTS,
        ways=[(each.value, CONSENTS[each]) for each in (Consent.SPOKEN, Consent.WRITTEN)],
        states=MANDATE_STATES,
        days=DAYS,
        form=form or blank(days="365"),
        visit=visit or blank(),
    )


@bp.get("/console/people/<public_id>/care")
def show_console_care(public_id: str) -> str:
    return _page(public_id)


@bp.post("/console/people/<public_id>/lost-phone")
def submit_desk_lost_phone(public_id: str) -> ResponseReturnValue:
    def done(lost: LostPhone) -> str:
        words = _(
            "所有设备都退出了，个人码和 %(n)s 张兑换码都换了新的。再给他一个一次性登录码，就能用新手机登录。",
            n=lost.vouchers,
        )
        return _back(public_id, words)

    return write_page(report_lost_phone, signed_in(), public_id, then=done)


@bp.post("/console/people/<public_id>/mandates")
def submit_desk_mandate(public_id: str) -> ResponseReturnValue:
    form = bind(DeskMandateForm())

    def record(command: RecordMandate) -> ResponseReturnValue:
        named = replace(command, person=public_id)
        return write_page(
            record_mandate, signed_in(), named, then=lambda _made: _back(public_id, _("授权已经登记，立刻生效。"))
        )

    return form.submit(record, or_show=lambda: _page(public_id, form=form))


@bp.post("/console/people/<public_id>/mandates/<mandate>/ending")
def submit_desk_ending(public_id: str, mandate: str) -> ResponseReturnValue:
    return write_page(
        end_mandate, signed_in(), mandate, then=lambda _made: _back(public_id, _("授权已经结束，立刻生效。"))
    )


@bp.post("/console/people/<public_id>/visits")
def submit_visit(public_id: str) -> ResponseReturnValue:
    form = bind(NoteForm())

    def begun(made: MandateReceipt) -> str:
        session[OPENED] = {"mandate": made.public_id, "at": now().isoformat()}
        return url_for("care.show_person", mandate=made.public_id)

    return form.submit(
        lambda note: write_page(start_desk, signed_in(), public_id, note, then=begun),
        or_show=lambda: _page(public_id, visit=form),
    )


@bp.post("/console/people/<public_id>/cards")
def submit_desk_card(public_id: str) -> ResponseReturnValue:
    def there(made: IssuedCard) -> str:
        return url_for("care.print_desk_card", public_id=public_id, card=made.public_id)

    return write_page(issue_card, signed_in(), public_id, then=there)


@bp.get("/console/people/<public_id>/cards/<card>")
def print_desk_card(public_id: str, card: str) -> str:
    person = _person(public_id)
    found = queries.card_to_print(db.session, person.id, card) if may_record(signed_in(), person.standing) else None
    return card_sheet(found, url_for("care.show_console_care", public_id=public_id))


@bp.post("/console/people/<public_id>/cards/<card>/revocation")
def submit_desk_revocation(public_id: str, card: str) -> ResponseReturnValue:
    return write_page(
        revoke_card,
        signed_in(),
        public_id,
        card,
        then=lambda _card: _back(public_id, _("卡片已经作废，捡到的人用不了。")),
    )


def _back(public_id: str, words: str) -> str:
    flash(words, "yes")
    return url_for("care.show_console_care", public_id=public_id)
