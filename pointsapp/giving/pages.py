"""HTML door of giving: funds in public, donating, giving to a neighbour, and the office's funds."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.areas.queries import area_options
from pointsapp.core.actor import require
from pointsapp.core.clock import local_day, now
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.giving import policies, queries
from pointsapp.giving.rules import left_this_month, may_still_give
from pointsapp.giving.schemas import DonateForm, FundForm, GiftForm, UseForm
from pointsapp.giving.services import close_fund, donate, give_points, limits_now, open_fund, tell_use
from pointsapp.ledger.queries import person_balance
from pointsapp.web.doors import Form, bind, blank, posted, write_page
from pointsapp.web.filters import points
from pointsapp.web.guard import public
from pointsapp.web.login import current_actor, signed_in

bp = Blueprint("giving", __name__)
ENTRANCES = (("giving.show_console_funds", policies.may_see_funds),)
SHOWN, USES = 20, 10


@bp.get("/funds")
@public("what became of donated points is everybody's business")
def show_funds() -> str:
    """Show all funds, what was donated and what became of it."""
    page = PageRequest(limit=SHOWN, after=decode_cursor(request.args.get("cursor"), (int,)))
    return render_template("giving/funds.html", page=queries.funds(db.session, page))


@bp.get("/funds/<fund_id>")
@public("what became of donated points is everybody's business")
def show_fund(fund_id: str) -> str:
    """Show one fund, its uses, and the form that donates."""
    return _fund(fund_id, blank(fund_id=fund_id))


@bp.post("/funds/<fund_id>/donations")
def give_to_fund(fund_id: str) -> ResponseReturnValue:
    """Donate points."""
    form = bind(DonateForm(), posted(fund_id=fund_id))

    def then(receipt: object) -> str:
        flash(_("谢谢您！捐出 %(n)s 分，明细已记在您的积分里", n=points(receipt.points)), "yes")  # type: ignore[attr-defined]
        return url_for("giving.show_fund", fund_id=fund_id)

    return form.submit(
        lambda command: write_page(donate, signed_in(), command, then=then), or_show=lambda: _fund(fund_id, form)
    )


def _fund(fund_id: str, form: Form) -> str:
    actor, found = current_actor(), queries.find_fund(db.session, fund_id)
    page = PageRequest(limit=USES, after=decode_cursor(request.args.get("cursor"), (int,)))
    return render_template(
        "giving/fund.html",
        fund=found,
        uses=queries.fund_uses(db.session, found, page),
        balance=None if actor is None else person_balance(db.session, actor.person_id),
        last=None if actor is None else queries.last_donation(db.session, actor.person_id, fund_id),
        form=form,
    )


@bp.get("/me/giving")
def show_giving() -> str:
    """Give points to a neighbour: first who and how many, then whether it is really them; and what one gave so far."""
    typed = "volunteer_number" in request.args
    return _giving(bind(GiftForm(), request.args) if typed else blank())


@bp.post("/me/giving")
def give_to_neighbour() -> ResponseReturnValue:
    """Give points to a person."""
    form = bind(GiftForm())

    def then(receipt: object) -> str:
        flash(_("已送给%(name)s %(n)s 分", name=receipt.masked_name, n=points(receipt.points)), "yes")  # type: ignore[attr-defined]
        return url_for("giving.show_giving")

    return form.submit(
        lambda command: write_page(give_points, signed_in(), command, then=then), or_show=lambda: _giving(form)
    )


def _giving(form: Form) -> str:
    actor, moment = signed_in(), now()
    limits = limits_now(db.session, now=moment)
    to = queries.neighbour(db.session, form.command.volunteer_number) if form.command else None
    month = queries.month_of(db.session, actor.person_id, to.id if to else None, now=moment)
    return render_template(
        "giving/giving.html",
        form=form,
        to=to,
        is_self=to is not None and to.id == actor.person_id,
        limits=limits,
        left=left_this_month(limits, month.given),
        most=may_still_give(limits, month.given),
        balance=person_balance(db.session, actor.person_id),
        gifts=queries.gifts_of(db.session, actor.person_id),
        donations=queries.donations_of(db.session, actor.person_id),
    )


@bp.get("/console/funds")
def show_console_funds() -> str:
    """Show the funds of one's areas, open one, tell what became of its points."""
    return _console(blank(used_on=local_day(now()).isoformat()), blank())


@bp.post("/console/funds")
def submit_fund() -> ResponseReturnValue:
    """Open a fund."""
    form = bind(FundForm())
    return form.submit(
        lambda command: write_page(open_fund, signed_in(), command, then=_back), or_show=lambda: _console(blank(), form)
    )


@bp.post("/console/funds/uses")
def submit_use() -> ResponseReturnValue:
    """Tell what some of a fund's points became."""
    form = bind(UseForm())
    return form.submit(
        lambda command: write_page(tell_use, signed_in(), command, then=_back), or_show=lambda: _console(form, blank())
    )


@bp.post("/console/funds/<fund_id>/end")
def end_fund(fund_id: str) -> ResponseReturnValue:
    """Let a fund take nothing more."""
    return write_page(close_fund, signed_in(), fund_id, then=_back)


def _back(_receipt: object) -> str:
    return url_for("giving.show_console_funds")


def _console(use: Form, fund: Form) -> str:
    actor = signed_in()
    require(policies.may_see_funds(actor))
    paths = policies.fund_paths(actor)
    page = PageRequest(limit=SHOWN, after=decode_cursor(request.args.get("cursor"), (int,)))
    return render_template(
        "giving/console_funds.html",
        page=queries.funds(db.session, page, paths=paths),
        options=area_options(db.session, paths),
        use=use,
        fund=fund,
    )
