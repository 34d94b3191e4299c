"""The console: draws to announce and to draw, findings at a glance, passes to hand out, and who opened them."""

from __future__ import annotations

from datetime import datetime

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.areas.queries import area_options, require_area
from pointsapp.core.actor import STREET_OFFICE, require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.inspections.pages.door import WORDS, bp, the_round, then
from pointsapp.inspections.policies import (
    ISSUERS,
    may_issue_passes_somewhere,
    may_open_console,
    may_read_findings,
    may_read_openings,
    may_read_passes,
    may_run_draws,
    may_run_draws_somewhere,
)
from pointsapp.inspections.queries import (
    branch_options,
    counts,
    draw_page,
    draws_page,
    findings_page,
    free_inspectors,
    openings_page,
    passes_page,
    visits_of_draw,
)
from pointsapp.inspections.schemas import AnnounceForm, PassForm, ReasonForm, ValueForm
from pointsapp.inspections.services import (
    DrawReceipt,
    IssuedPass,
    IssuePass,
    announce_draw,
    cancel_draw,
    issue_pass,
    reveal_draw,
    revoke_pass,
)
from pointsapp.stars.queries import find_branch, find_round, latest_rounds, running_rounds
from pointsapp.web.doors import Form, bind, blank, signed_in, write_page
from pointsapp.web.links import absolute
from pointsapp.web.qr import qr_svg

SHOWN_CARD = "shown_card"  # in the issuer's own session cookie: the database keeps only a hash of the code


def _cursor(*shape: type) -> PageRequest:
    return PageRequest(limit=20, after=decode_cursor(request.args.get("cursor"), shape))


@bp.get("/console/inspections")
def show_console() -> str:
    """Findings of one's remit, the latest draws, and the ways to go on."""
    actor = signed_in()
    require(may_open_console(actor))
    state, rounds = request.args.get("state", ""), latest_rounds(db.session)
    branch = find_branch(db.session, asked) if (asked := request.args.get("branch", "")) else None
    return render_template(
        "inspections/console.html",
        draws=draws_page(db.session, PageRequest(limit=5), now=now()),
        page=findings_page(
            db.session, actor, _cursor(int), state=state, branch_id=branch.public_id if branch else "", now=now()
        ),
        branch=branch,
        state=state,
        rounds=rounds,
        counts=counts(db.session, [one.id for one in rounds], now=now()),
        may_run=may_run_draws_somewhere(actor),
        may_pass=may_read_passes(actor),
        may_log=may_read_openings(actor),
        words=WORDS,
    )


@bp.get("/console/inspections/new")
def show_draw_form() -> str:
    """Ask for an area, then for the lists and the public value of a draw."""
    return _draw_form(blank(area=request.args.get("area", "")))


@bp.post("/console/inspections/draws")
def submit_draw() -> ResponseReturnValue:
    """Announce a draw."""
    form = bind(AnnounceForm())

    def there(receipt: DrawReceipt) -> str:
        flash(_("已公告。名单和承诺不能再改，公开数值揭晓后来这里录入。"), "yes")
        return url_for("inspections.show_console_draw", draw_id=receipt.public_id)

    return form.submit(
        lambda command: write_page(announce_draw, signed_in(), command, then=there), or_show=lambda: _draw_form(form)
    )


@bp.get("/console/inspections/draws/<string:draw_id>")
def show_console_draw(draw_id: str) -> str:
    """One draw for officers: who goes where, and the form for the value."""
    return _console_draw(draw_id, blank())


@bp.post("/console/inspections/draws/<string:draw_id>/value")
def submit_value(draw_id: str) -> ResponseReturnValue:
    """Enter the public value and draw."""
    form = bind(ValueForm())
    done = then(_("已抽取，结果和种子已经公开。"), "show_console_draw", draw_id=draw_id)
    return form.submit(
        lambda given: write_page(reveal_draw, signed_in(), draw_id, given.value, given.value_found, then=done),
        or_show=lambda: _console_draw(draw_id, form),
    )


@bp.post("/console/inspections/draws/<string:draw_id>/cancellation")
def submit_cancellation(draw_id: str) -> ResponseReturnValue:
    """Give a draw up, in public."""
    form = bind(ReasonForm())
    done = then(_("已作废，编号和原因保留公开。"), "show_console_draw", draw_id=draw_id)
    return form.submit(
        lambda reason: write_page(cancel_draw, signed_in(), draw_id, reason, then=done),
        or_show=lambda: _console_draw(draw_id, form),
    )


@bp.get("/console/inspections/passes")
def show_passes() -> str:
    """The passes of one's areas, and the form for a new one."""
    return _passes(blank(branch_id=request.args.get("branch", ""), hours=4))


@bp.post("/console/inspections/passes")
def submit_pass() -> ResponseReturnValue:
    """Make a pass; its QR is shown to this browser only."""
    form = bind(PassForm())

    def act(command: IssuePass) -> ResponseReturnValue:
        def there(issued: IssuedPass) -> str:
            kept = {"id": issued.public_id, "code": command.code, "holder": command.holder}
            session[SHOWN_CARD] = kept | {"ends_at": issued.ends_at.isoformat()}
            return url_for("inspections.show_issued_pass")

        return write_page(issue_pass, signed_in(), command, then=there)

    return form.submit(act, or_show=lambda: _passes(form))


@bp.get("/console/inspections/passes/issued")
def show_issued_pass() -> ResponseReturnValue:
    """Show the QR of the pass that this browser has just made, while it holds."""
    require(may_issue_passes_somewhere(signed_in()))
    shown = session.get(SHOWN_CARD) or {}
    ends_at = datetime.fromisoformat(shown.get("ends_at", "2000-01-01T00:00:00+00:00"))
    if ends_at <= now():
        return redirect(url_for("inspections.show_passes"))
    payload = absolute(f"/q/p/{shown['code']}")
    return render_template(
        "inspections/issued_pass.html", shown=shown, ends_at=ends_at, payload=payload, qr=qr_svg(payload)
    )


@bp.post("/console/inspections/passes/<string:pass_id>/revocation")
def submit_revocation(pass_id: str) -> ResponseReturnValue:
    """Take a pass back; its next page is refused."""
    return write_page(revoke_pass, signed_in(), pass_id, then=then(_("查阅证已收回"), "show_passes"))


@bp.get("/console/inspections/openings")
def show_openings() -> str:
    """Every opening of a pass within one's remit, for auditors and the street office."""
    actor = signed_in()
    return render_template("inspections/openings.html", page=openings_page(db.session, actor, _cursor(int)))


def _draw_form(form: Form) -> str:
    actor = signed_in()
    require(may_run_draws_somewhere(actor))
    areas, chosen, asked = (
        area_options(db.session, paths=actor.paths(STREET_OFFICE)),
        form.value("area"),
        form.value("round_id"),
    )
    found = find_round(db.session, asked) if asked else the_round()
    area = require_area(db.session, chosen) if chosen else None
    if area is not None:
        require(may_run_draws(actor, area.path))
    return render_template(
        "inspections/draw_form.html",
        form=form,
        round=found,
        rounds=running_rounds(db.session, now=now()),
        areas=[one for one in areas if one.kind in ("district", "street", "community")],
        area=area,
        branches=branch_options(db.session, [found], (area.path,)) if area else [],
        pool=free_inspectors(db.session, area.path, (), now=now()) if area else (),
    )


def _console_draw(draw_id: str, form: Form) -> str:
    actor = signed_in()
    require(may_open_console(actor))
    page = draw_page(db.session, draw_id, actor, now=now())
    return render_template(
        "inspections/console_draw.html",
        page=page,
        visits=visits_of_draw(db.session, actor, page.row.id),
        form=form,
        may_run=may_run_draws(actor, page.row.area_path),
        may_read_findings=may_read_findings,
        words=WORDS,
    )


def _passes(form: Form) -> str:
    actor = signed_in()
    require(may_read_passes(actor))
    issues = may_issue_passes_somewhere(actor)
    return render_template(
        "inspections/passes.html",
        page=passes_page(db.session, actor, _cursor(int)),
        branches=branch_options(db.session, running_rounds(db.session, now=now()), actor.paths(ISSUERS))
        if issues
        else [],
        form=form,
        now=now(),
        may_log=may_read_openings(actor),
    )
