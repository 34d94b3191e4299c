"""Plans to read: a branch's plan for everybody, its items one by one, and the street's view of all plans."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from pointsapp.core.actor import require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.stars.pages.door import WORDS, asked_round, bp, the_round
from pointsapp.stars.pages.showing import note_rows
from pointsapp.stars.policies import may_accept_item, may_edit_plan, may_open_console, may_read_names
from pointsapp.stars.queries import (
    changes_of,
    find_branch,
    latest_rounds,
    links_of,
    pieces_of,
    plan_item,
    plan_of,
    plans_page,
    rows_to_link,
)
from pointsapp.web.doors import Form, blank, signed_in
from pointsapp.web.guard import public
from pointsapp.web.login import current_actor
from pointsapp.web.replicas import may_lag


@bp.get("/stars/<string:branch_id>/plan")
@public("a plan hangs on the wall: what, which unit, by when, how far; no person's name")
@may_lag
def show_plan(branch_id: str) -> ResponseReturnValue:
    """Show a branch's plan of the round: target stars, task list, baseline, and the rules for overdue and at risk."""
    found, branch = the_round(), find_branch(db.session, branch_id)
    plan = plan_of(db.session, found, branch, current_actor(), now=now())
    may_edit = found.state == "open" and may_edit_plan(current_actor(), branch.area_path)
    return render_template(
        "stars/plan.html", round=found, branch=branch, plan=plan, may_edit=may_edit, words=WORDS, now=now()
    )


@bp.get("/stars/<string:branch_id>/plan/<string:item_id>")
@public("an item opens to what shows that it was done; names are for officers")
def show_plan_item(branch_id: str, item_id: str) -> ResponseReturnValue:
    """Show one item: who, by when, how far, what shows it, and for officers the trace of its changes."""
    return item_page(branch_id, item_id, blank())


def item_page(branch_id: str, item_id: str, form: Form) -> str:
    """Return the page of one item; `form` is what was typed into one of its forms."""
    actor, moment = current_actor(), now()
    branch = find_branch(db.session, branch_id)
    found, item = plan_item(db.session, branch, item_id, actor, now=moment)
    sees_names = may_read_names(actor, branch.area_path)
    is_open = found.state == "open" and not item.is_withdrawn
    may_edit = is_open and item.accepted_at is None and may_edit_plan(actor, branch.area_path)
    pieces = [one for one in pieces_of(db.session, found, branch, actor) if item_id in one.item_ids]
    links = links_of(db.session, item_id, branch, actor)
    rows = rows_to_link(db.session, found, branch, actor, now=moment) if may_edit and actor else []
    note_rows(actor, found, branch, (*rows, *(link.row for link in links if link.row)))
    return render_template(
        "stars/plan_item.html",
        round=found,
        branch=branch,
        item=item,
        links=links,
        changes=changes_of(db.session, found, branch, item_id=item_id) if sees_names else (),
        rows=rows,
        pieces=pieces,
        may_edit=may_edit,
        may_accept=is_open and may_accept_item(actor, branch.area_path),
        is_shown=bool(links or [one for one in pieces if one.withdrawn_at is None]),
        form=form,
        words=WORDS,
    )


@bp.get("/console/star-plans")
def show_console_plans() -> str:
    """Every branch's plan at a glance: how many items stand how; the street office sees all, in the order of the register."""
    require(may_open_console(signed_in()))
    found, asked = asked_round(), PageRequest(limit=50, after=decode_cursor(request.args.get("cursor"), (str,)))
    page = plans_page(db.session, found, asked, now=now()) if found is not None else None
    return render_template(
        "stars/console_plans.html", round=found, rounds=latest_rounds(db.session), page=page, words=WORDS
    )
