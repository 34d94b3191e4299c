"""HTML door of the audit log: ask, and read what was asked for."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.areas.queries import area_options, find_area
from pointsapp.audit.messages import act_words, acts_by_group, fact_words
from pointsapp.audit.policies import AUDIT_READERS, may_read_audit
from pointsapp.audit.queries import acts_page, find_search, searches_page
from pointsapp.audit.schemas import SearchForm
from pointsapp.audit.services import SearchReceipt, search_audit
from pointsapp.core.actor import require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.web.doors import Form, bind, blank, write_page
from pointsapp.web.login import signed_in

bp = Blueprint("audit", __name__)
SHOWN = 50
UNDER_A_STREET = frozenset({"district", "street", "community"})


@bp.get("/console/audit")
def show_audit() -> str:
    """Ask the log something; below, who asked before."""
    return _audit(blank(kind=request.args.get("kind", "")))


@bp.post("/console/audit")
def submit_search() -> ResponseReturnValue:
    """Write the search down and show what it finds."""
    form = bind(SearchForm())

    def there(receipt: SearchReceipt) -> str:
        return url_for("audit.show_acts", search_id=receipt.public_id)

    return form.submit(
        lambda command: write_page(search_audit, signed_in(), command, then=there), or_show=lambda: _audit(form)
    )


@bp.get("/console/audit/<string:search_id>")
def show_acts(search_id: str) -> ResponseReturnValue:
    """What a search of one's own found, for as long as the policy says."""
    actor, moment = signed_in(), now()
    search = find_search(db.session, actor, search_id, now=moment)
    if not search.is_open:
        flash(_("这次查询已经过了可看的时间，请重新查询。"), "info")
        return redirect(url_for("audit.show_audit"))
    page = PageRequest(limit=SHOWN, after=decode_cursor(request.args.get("cursor"), (str, int)))
    return render_template(
        "audit/acts.html",
        search=search,
        area=find_area(db.session, search.asked.get("area")),
        page=acts_page(db.session, actor, search.asked, page),
        act_words=act_words,
        fact_words=fact_words,
    )


def _audit(form: Form) -> str:
    actor = signed_in()
    require(may_read_audit(actor))
    page = PageRequest(limit=20, after=decode_cursor(request.args.get("cursor"), (int,)))
    areas = area_options(db.session, paths=actor.paths(AUDIT_READERS))
    return render_template(
        "audit/audit.html",
        form=form,
        areas=[(one.code, one.name) for one in areas if one.kind in UNDER_A_STREET],
        kinds=acts_by_group(),
        searches=searches_page(db.session, actor, page, now=now()),
        act_words=act_words,
    )
