"""Moving to another community: asked on the phone, answered at the console."""

from __future__ import annotations

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.areas.queries import AreaKind, AreaOption, area_options
from pointsapp.care import queries
from pointsapp.care.messages import MOVE_STATES
from pointsapp.care.pages.blueprint import bp
from pointsapp.care.schemas import MoveForm, ReasonForm
from pointsapp.care.services import accept_move, ask_move, refuse_move, withdraw_move
from pointsapp.core.actor import require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.people.policies import may_see_people
from pointsapp.people.queries import person_card
from pointsapp.web.doors import Form, bind, blank, write_page
from pointsapp.web.login import signed_in

SHOWN = 20


def _areas(own: str) -> list[tuple[str, list[AreaOption]]]:
    """Return the communities one may move to, in groups: all but one's own, whose public id is `own`."""
    groups: dict[str, list[AreaOption]] = {}
    for option in area_options(db.session, kinds=frozenset({AreaKind.COMMUNITY})) or area_options(db.session):
        if option.public_id != own:
            groups.setdefault(option.group, []).append(option)
    return list(groups.items())


def _page(form: Form) -> str:
    me, moment = signed_in().person_id, now()
    card = person_card(db.session, me, now=moment)
    return render_template(
        "care/move.html",
        card=card,
        move=queries.move_of(db.session, me),
        states=MOVE_STATES,
        areas=_areas(card.area.public_id if card.area else ""),
        form=form,
    )


@bp.get("/me/move")
def show_move() -> str:
    return _page(blank())


@bp.post("/me/move")
def submit_move() -> ResponseReturnValue:
    form = bind(MoveForm())
    return form.submit(
        lambda command: write_page(
            ask_move, signed_in(), command, then=lambda _made: _back("care.show_move", _("申请已经送到那边社区。"))
        ),
        or_show=lambda: _page(form),
    )


@bp.post("/me/move/withdrawal")
def submit_move_withdrawal() -> ResponseReturnValue:
    return write_page(
        withdraw_move, signed_in(), then=lambda _made: _back("care.show_move", _("申请已经撤回，还在原来的社区。"))
    )


def _list(form: Form | None = None, shown: str = "") -> str:
    actor = signed_in()
    require(may_see_people(actor))
    is_old = request.args.get("old") == "1"
    page = PageRequest(limit=SHOWN, after=decode_cursor(request.args.get("cursor"), (int,)))
    found = queries.moves_page(db.session, actor, page, waiting=not is_old)
    return render_template(
        "care/console_moves.html", found=found, is_old=is_old, states=MOVE_STATES, form=form or blank(), shown=shown,
        now=now(),
    )  # fmt: skip


@bp.get("/console/moves")
def show_console_moves() -> str:
    return _list()


@bp.post("/console/moves/<public_id>/acceptance")
def submit_move_acceptance(public_id: str) -> ResponseReturnValue:
    return write_page(
        accept_move,
        signed_in(),
        public_id,
        then=lambda _made: _back("care.show_console_moves", _("接收了。他的积分、时长都跟着过来。")),
    )


@bp.post("/console/moves/<public_id>/refusal")
def submit_move_refusal(public_id: str) -> ResponseReturnValue:
    form = bind(ReasonForm())
    return form.submit(
        lambda reason: write_page(
            refuse_move,
            signed_in(),
            public_id,
            reason,
            then=lambda _made: _back("care.show_console_moves", _("已经答复，他会看到原因。")),
        ),
        or_show=lambda: _list(form, public_id),
    )


def _back(endpoint: str, words: str) -> str:
    flash(words, "yes")
    return url_for(endpoint)
