"""One's own cards on paper, and one's own statement to print."""

from __future__ import annotations

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.care import queries
from pointsapp.care.pages.blueprint import bp
from pointsapp.care.queries import CardLine
from pointsapp.care.services import issue_card, revoke_card
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.web.doors import write_page
from pointsapp.web.links import absolute
from pointsapp.web.login import signed_in
from pointsapp.web.qr import qr_svg


@bp.get("/me/cards")
def show_cards() -> str:
    return render_template("care/cards.html", cards=queries.cards_of(db.session, signed_in().person_id))


@bp.post("/me/cards")
def submit_card() -> ResponseReturnValue:
    return write_page(
        issue_card,
        signed_in(),
        signed_in().public_id,
        then=lambda made: url_for("care.print_card", public_id=made.public_id),
    )


@bp.get("/me/cards/<public_id>")
def print_card(public_id: str) -> str:
    card = queries.card_to_print(db.session, signed_in().person_id, public_id)
    return card_sheet(card, url_for("care.show_cards"))


@bp.post("/me/cards/<public_id>/revocation")
def submit_revocation(public_id: str) -> ResponseReturnValue:
    def revoked(_card: object) -> str:
        flash(_("卡片已经作废，捡到的人用不了。"), "yes")
        return url_for("care.show_cards")

    return write_page(revoke_card, signed_in(), signed_in().public_id, public_id, then=revoked)


@bp.get("/me/statement")
def show_statement() -> str:
    page = queries.statement_of(db.session, signed_in().person_id, now=now())
    return render_template("care/print_statement.html", page=page, back=url_for("care.show_cards"))


def card_sheet(card: CardLine | None, back: str) -> str:
    """Return the sheet of a card; `?size=a4` prints six to cut out."""
    if card is None:
        raise NotFound()
    size = "a4" if request.args.get("size") == "a4" else "a6"
    payload = absolute(f"/q/u/{card.code}")
    return render_template("care/print_card.html", card=card, qr=qr_svg(payload), size=size, back=back)
