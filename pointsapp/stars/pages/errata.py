"""Errata and stars taken back, for the street office: propose one, see what it would change, confirm somebody else's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core.clock import local_day, now
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.stars.pages.door import WORDS, bp, the_round
from pointsapp.stars.policies import may_run_round
from pointsapp.stars.queries import (
    RoundRow,
    edition_of,
    effect_of,
    errata_page,
    find_erratum,
    find_round,
    latest_rounds,
    round_paths,
    shows_ranks,
    standings,
)
from pointsapp.stars.schemas import DeclineErratumForm, ErratumForm, TakeBackForm
from pointsapp.stars.services import confirm_erratum, decline_erratum, propose_erratum
from pointsapp.web.doors import Form, bind, blank, signed_in, write_page


@bp.get("/console/star-errata")
def show_errata() -> str:
    """The proposals of a round, and the forms that propose one."""
    return _errata(the_round(), blank(branch_id=request.args.get("branch", "")))


@bp.post("/console/star-errata")
def submit_erratum() -> ResponseReturnValue:
    """Propose that an indicator of a closed round be corrected."""
    form = bind(ErratumForm())
    return _propose(form, lambda: _errata(_posted_round(), form))


@bp.post("/console/star-errata/stars")
def submit_take_back() -> ResponseReturnValue:
    """Propose that a star be taken back."""
    form = bind(TakeBackForm())
    return _propose(form, lambda: _errata(_posted_round(), blank(), form))


def _propose(form: Form, or_show: Callable[[], str]) -> ResponseReturnValue:
    return form.submit(
        lambda command: write_page(
            propose_erratum, signed_in(), command, then=_then(_("已提出，等另一位街道负责人确认"))
        ),
        or_show=or_show,
    )


def _posted_round() -> RoundRow:
    asked = request.form.get("round_id", "")
    return find_round(db.session, asked) if asked else the_round()


@bp.get("/console/star-errata/<string:erratum_id>")
def show_erratum(erratum_id: str) -> str:
    """One proposal with what it would change."""
    return _erratum(erratum_id, blank())


@bp.post("/console/star-errata/<string:erratum_id>/confirmation")
def submit_erratum_confirmation(erratum_id: str) -> ResponseReturnValue:
    """Confirm it: the next edition is stored."""
    form = blank()
    form.command = erratum_id
    return form.submit(
        lambda command: write_page(
            confirm_erratum, signed_in(), command, then=_then(_("已确认，新版本已存，相关支部书记会收到通知"))
        ),
        or_show=lambda: _erratum(erratum_id, form),
    )


@bp.post("/console/star-errata/<string:erratum_id>/refusal")
def submit_erratum_refusal(erratum_id: str) -> ResponseReturnValue:
    """Send it back with a reason."""
    form = bind(DeclineErratumForm())
    return form.submit(
        lambda reason: write_page(decline_erratum, signed_in(), erratum_id, reason, then=_then(_("已退回"))),
        or_show=lambda: _erratum(erratum_id, form),
    )


def _then(words: str) -> Any:
    def then(receipt: Any) -> str:
        flash(words, "yes")
        return url_for("stars.show_erratum", erratum_id=receipt.public_id)

    return then


def _errata(found: RoundRow, form: Form, back: Form | None = None) -> str:
    """Show the proposals; `form` proposes an erratum, `back` (a fresh one when None) takes a star back."""
    actor, asked = signed_in(), PageRequest(limit=50, after=decode_cursor(request.args.get("cursor"), (int,)))
    page = errata_page(db.session, found, actor, asked)
    may_propose = found.state == "closed" and may_run_round(actor, round_paths(db.session, found.id))
    return render_template(
        "stars/console_errata.html",
        round=found,
        rounds=latest_rounds(db.session),
        page=page,
        rows=standings(db.session, found, now=now()) if may_propose else [],
        may_propose=may_propose,
        form=form,
        back=back or blank(),
        words=WORDS,
    )


def _erratum(erratum_id: str, form: Form) -> str:
    actor = signed_in()
    found, row = find_erratum(db.session, erratum_id, actor)
    waits = row.state == "proposed"
    is_office = may_run_round(actor, round_paths(db.session, found.id))
    return render_template(
        "stars/console_erratum.html",
        round=found,
        row=row,
        changes=effect_of(db.session, found, erratum_id, day=local_day(now())) if waits else [],
        edition=edition_of(db.session, found),
        has_ranks=shows_ranks(db.session, now=now()),
        is_office=is_office,
        may_decide=waits and is_office and row.by_id != actor.person_id,
        form=form,
        words=WORDS,
    )
