"""Pledges to read: the contest of a round at a glance, a branch's pledges, one pledge with every step."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from pointsapp.contest.metrics import PROMISES
from pointsapp.contest.pages.door import WORDS, bp, round_if_any, the_round
from pointsapp.contest.policies import PLEDGE_DAYS, PLEDGES_AT_MOST, may_judge_pledge, may_pledge
from pointsapp.contest.queries import (
    counts_of_pledges,
    interested,
    opened_on,
    panels_page,
    pledge_counts,
    pledge_of,
    pledges_of,
    pledges_page,
)
from pointsapp.contest.rules import last_day_to_pledge
from pointsapp.core import policy
from pointsapp.core.actor import Actor
from pointsapp.core.clock import local_day, now
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.stars.queries import BranchRow, RoundRow, find_branch, items_of, latest_rounds, rows_to_link
from pointsapp.web.doors import Form, blank
from pointsapp.web.guard import public
from pointsapp.web.login import current_actor
from pointsapp.web.replicas import may_lag


@bp.get("/stars/contest")
@public("promises are made in public, and so is what became of them; no person's name")
@may_lag
def show_contest() -> ResponseReturnValue:
    """The contest of a round: every branch's promises with their state, and the panels."""
    found, actor, moment = round_if_any(), current_actor(), now()
    if found is None:
        return render_template("contest/before.html")
    asked = PageRequest(limit=30, after=decode_cursor(request.args.get("cursor"), (str,)))
    return render_template(
        "contest/contest.html",
        round=found,
        rounds=latest_rounds(db.session),
        page=pledges_page(db.session, found, asked, now=moment),
        counts=pledge_counts(db.session, found),
        panels=panels_page(db.session, actor, PageRequest(limit=20), found=found),
        words=WORDS,
    )


@bp.get("/stars/<string:branch_id>/pledges")
@public("a promise made in public is read in public")
def show_pledges(branch_id: str) -> ResponseReturnValue:
    """A branch's promises of the round; for its secretary the form that makes one."""
    return pledges_page_of(branch_id, blank())


def pledges_page_of(branch_id: str, form: Form) -> str:
    """Return the page of a branch's pledges; `form` is what was typed into its form."""
    found, branch, actor, moment = the_round(branch_id), find_branch(db.session, branch_id), current_actor(), now()
    rows = pledges_of(db.session, found, branch, actor, now=moment)
    days, most = policy.values(db.session, PLEDGE_DAYS, PLEDGES_AT_MOST, now=moment)
    last_on = last_day_to_pledge(found.starts_on, opened_on(db.session, found), found.ends_on, days)
    is_early = found.state == "open" and local_day(moment) <= last_on
    return render_template(
        "contest/pledges.html",
        round=found,
        branch=branch,
        rows=rows,
        counts=counts_of_pledges(rows),
        last_on=last_on,
        is_early=is_early,
        most=most,
        may_pledge=is_early and len(rows) < most and may_pledge(actor, branch.area_path),
        today=local_day(moment),
        form=form,
        words=WORDS,
    )


@bp.get("/stars/<string:branch_id>/pledges/<string:pledge_id>")
@public("every step of a promise can be read by those it was made to")
def show_pledge(branch_id: str, pledge_id: str) -> ResponseReturnValue:
    """One promise: what, how it will be shown, by when, what became of it, and every step."""
    return pledge_page(branch_id, pledge_id, blank())


def pledge_page(branch_id: str, pledge_id: str, form: Form, withdrawal: Form | None = None) -> str:
    """Return the page of one pledge; `form` is what was typed into report or verdict, `withdrawal` into the third form."""
    branch, actor, moment = find_branch(db.session, branch_id), current_actor(), now()
    found, row, steps = pledge_of(db.session, branch, pledge_id, actor, now=moment)
    writes = found.state == "open" and may_pledge(actor, branch.area_path)
    may_report = writes and row.state in ("promised", "disputed")
    choices = (
        {
            "items": [one for one in items_of(db.session, found, branch, actor, now=moment) if not one.is_withdrawn],
            # That something was promised does not show that it was kept.
            "rows": [
                one for one in rows_to_link(db.session, found, branch, actor, now=moment) if one.metric not in PROMISES
            ],
        }
        if may_report and actor is not None
        else {"items": [], "rows": []}
    )
    said = next((step for step in steps if step.kind == "reported"), None)
    return render_template(
        "contest/pledge.html",
        round=found,
        branch=branch,
        row=row,
        steps=steps,
        may_report=may_report,
        may_withdraw=writes and row.state == "promised",
        may_judge=row.state == "reported" and said is not None and _may_judge(actor, found, branch, said.by_id),
        form=form,
        withdrawal=withdrawal or blank(),
        words=WORDS,
        **choices,
    )


def _may_judge(actor: Actor | None, found: RoundRow, branch: BranchRow, said_by: int) -> bool:
    if actor is None or found.state != "open" or not may_judge_pledge(actor, branch.area_path):
        return False
    return actor.person_id != said_by and not interested(db.session, [actor.person_id], [branch], now=now())
