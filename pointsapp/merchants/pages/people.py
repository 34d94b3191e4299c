"""Who works for a merchant: invited by a QR, removed at once."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core.clock import now
from pointsapp.core.codes import INVITATION_LENGTH, read
from pointsapp.core.db import db
from pointsapp.core.errors import Invalid, NotFound
from pointsapp.merchants.errors import InvitationInvalid
from pointsapp.merchants.messages import ROLES
from pointsapp.merchants.pages.blueprint import bp, home_of, my_merchant
from pointsapp.merchants.queries import InvitationRow, invitation_by_code, invitation_by_public_id
from pointsapp.merchants.schemas import BareForm, InviteForm, invite_command
from pointsapp.merchants.services import (
    AcceptedInvitation,
    accept_invitation,
    invite,
    remove_person,
    revoke_invitation,
)
from pointsapp.web.doors import Form, bind, write_page
from pointsapp.web.guesses import takes_codes
from pointsapp.web.links import absolute
from pointsapp.web.login import signed_in
from pointsapp.web.qr import qr_svg


@bp.post("/shop/<public_id>/invitations")
def submit_invitation(public_id: str) -> ResponseReturnValue:
    """Make an invitation and show its QR."""
    form = bind(InviteForm())
    if form.command is None:
        raise Invalid(form.errors)
    command = invite_command(my_merchant(public_id).public_id, form.command)
    return write_page(invite, signed_in(), command, then=lambda row: _card_address(public_id, row))


def _card_address(public_id: str, row: InvitationRow) -> str:
    return url_for("merchants.show_invitation_card", public_id=public_id, invitation=row.public_id)


@bp.get("/shop/<public_id>/invitations/<invitation>")
def show_invitation_card(public_id: str, invitation: str) -> str:
    """Show the QR that the invited person scans."""
    shop, row = my_merchant(public_id), invitation_by_public_id(db.session, invitation)
    if row is None or row.merchant_id != shop.id or row.invited_by_id != signed_in().person_id:
        raise NotFound()
    return render_template(
        "merchants/invitation_card.html",
        shop=shop,
        row=row,
        role=ROLES[row.role],
        qr=qr_svg(absolute(row.path)),
        is_open=row.state.value == "open" and row.expires_at > now(),
        back=home_of(public_id, shop.id),
    )


@bp.post("/shop/<public_id>/invitations/<invitation>/revocation")
def take_back_invitation(public_id: str, invitation: str) -> ResponseReturnValue:
    """Take an invitation back."""
    back = home_of(public_id, my_merchant(public_id).id)
    return write_page(revoke_invitation, signed_in(), invitation, then=lambda _row: back)


@bp.post("/shop/<public_id>/people/<grant>/removal")
def remove(public_id: str, grant: str) -> ResponseReturnValue:
    """Remove somebody, or leave; it holds from their next click."""
    shop, me = my_merchant(public_id), signed_in()
    back, away = home_of(public_id, shop.id), url_for("people.show_profile")
    gone: list[bool] = []

    def there(ended: Any) -> str:
        gone.append(ended.person_id == me.person_id)
        return away if ended.person_id == me.person_id else back

    answer = write_page(remove_person, me, public_id, grant, then=there)
    if any(gone):
        flash(_("您已经不在%(shop)s做事了，积分和记录都不受影响。", shop=shop.name), "yes")
    return answer


@bp.get("/q/i/<code>")
@takes_codes
def show_invitation(code: str) -> str:
    """Show who invites to what, with one button."""
    return _invitation(code, None)


@bp.post("/q/i/<code>")
@takes_codes
def accept(code: str) -> ResponseReturnValue:
    """Accept: from now on the person works for the merchant."""
    form = bind(BareForm())
    return form.submit(
        lambda _typed: write_page(accept_invitation, signed_in(), code, then=_shop_address),
        or_show=lambda: _invitation(code, form),
    )


def _shop_address(done: AcceptedInvitation) -> str:
    return url_for("merchants.show_shop", public_id=done.merchant)


def _invitation(code: str, form: Form | None) -> str:
    known = read(code, INVITATION_LENGTH)
    row = invitation_by_code(db.session, known) if known else None
    if row is None:
        raise InvitationInvalid()
    return render_template(
        "merchants/invitation.html",
        row=row,
        role=ROLES[row.role],
        form=form,
        is_open=row.state.value == "open" and row.expires_at > now(),
        is_mine=row.accepted_by_id == signed_in().person_id,
        is_from_me=row.invited_by_id == signed_in().person_id,
    )
