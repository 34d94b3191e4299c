"""Where a person is told beside the house, what, and when it is quiet."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.config import Settings
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.notices import queries, services
from pointsapp.notices.channels import ready_ways
from pointsapp.notices.messages import CHANNELS, SUBJECTS
from pointsapp.notices.pages.blueprint import bp
from pointsapp.notices.schemas import AddressForm, CodeForm, NothingForm, PushForm, WishesForm
from pointsapp.people.queries import person_card
from pointsapp.web.browsers import shown_browser
from pointsapp.web.doors import Form, and_say, bind, blank, write_page
from pointsapp.web.login import signed_in


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _ready() -> frozenset[str]:
    return ready_ways(_settings())


def _page(form: Form | None = None, address_form: Form | None = None) -> str:
    me = signed_in().person_id
    return render_template(
        "notices/settings.html",
        form=form,
        address_form=address_form or blank(),
        wishes=queries.wishes_of(db.session, me),
        addresses=queries.addresses_of(db.session, me),
        phone=person_card(db.session, me, now=now()).phone,
        ready=_ready(),
        channels=CHANNELS,
        subjects=SUBJECTS,
        vapid=_settings().vapid_public_key,
    )


@bp.get("/me/notices/settings")
def show_settings() -> str:
    """Show where this person is told, what, and when it is quiet."""
    return _page()


@bp.post("/me/notices/wishes")
def submit_wishes() -> ResponseReturnValue:
    """Keep what they want where."""
    form = bind(WishesForm())
    return form.run(
        services.choose,
        then=and_say(_("接收方式保存好了。"), "notices.show_settings"),
        or_show=lambda: _page(form),
    )


@bp.post("/me/notices/addresses")
def submit_address() -> ResponseReturnValue:
    """Note an e-mail address or a phone number and send its code."""
    form = bind(AddressForm())

    def then(receipt: services.AddressReceipt) -> str:
        if receipt.is_repeat:
            return url_for("notices.show_settings")
        flash(_("验证码正在发出，请留意查收。"), "yes")
        return url_for("notices.show_confirmation", public_id=receipt.public_id)

    return form.submit(
        lambda command: write_page(services.add_address, signed_in(), command, ready=_ready(), then=then),
        or_show=lambda: _page(address_form=form),
    )


@bp.post("/me/notices/push")
def submit_push() -> ResponseReturnValue:
    """Note this browser's push service."""
    form = bind(PushForm(inside=_settings().push_inside))

    def act(typed: dict[str, Any]) -> ResponseReturnValue:
        command = services.AddPush(**typed, label=shown_browser())
        then = and_say(_("这台手机会收到推送了。"), "notices.show_settings")
        return write_page(services.add_push, signed_in(), command, ready=_ready(), then=then)

    return form.submit(act, or_show=lambda: _page(address_form=form))


def _confirmation(public_id: str, form: Form) -> ResponseReturnValue:
    line = queries.own_address(db.session, signed_in().person_id, public_id)
    if line.is_verified:
        return redirect(url_for("notices.show_settings"))
    return render_template("notices/confirmation.html", line=line, form=form, channels=CHANNELS)


@bp.get("/me/notices/addresses/<public_id>")
def show_confirmation(public_id: str) -> ResponseReturnValue:
    """Ask for the code that was sent to an address."""
    return _confirmation(public_id, blank())


@bp.post("/me/notices/addresses/<public_id>")
def submit_confirmation(public_id: str) -> ResponseReturnValue:
    """Prove an address by its code."""
    form = bind(CodeForm())

    def act(typed: dict[str, Any]) -> ResponseReturnValue:
        command = services.ConfirmAddress(address=public_id, **typed)
        then = and_say(_("验证好了，以后会发到这里。"), "notices.show_settings")
        secret = _settings().secret_key
        return write_page(services.confirm_address, signed_in(), command, secret=secret, then=then)

    return form.submit(act, or_show=lambda: _confirmation(public_id, form))  # type: ignore[arg-type, return-value]


@bp.post("/me/notices/addresses/<public_id>/code")
def submit_code(public_id: str) -> ResponseReturnValue:
    """Send another code."""
    form = bind(NothingForm())

    def then(_receipt: object) -> str:
        flash(_("新的验证码正在发出，旧的作废。"), "yes")
        return url_for("notices.show_confirmation", public_id=public_id)

    return form.submit(
        lambda _typed: write_page(services.send_code, signed_in(), public_id, ready=_ready(), then=then),
        or_show=lambda: _confirmation(public_id, form),  # type: ignore[arg-type, return-value]
    )


@bp.post("/me/notices/addresses/<public_id>/removal")
def submit_removal(public_id: str) -> ResponseReturnValue:
    """Forget an address."""
    then = and_say(_("已经删掉，不再往那里发。"), "notices.show_settings")
    return write_page(services.remove_address, signed_in(), public_id, then=then)
