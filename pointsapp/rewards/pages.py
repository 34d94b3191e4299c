"""HTML door of rewards: how points are counted, one's own book, and the desk of budgets and rules."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pointsapp.areas.queries import area_options
from pointsapp.core.actor import require
from pointsapp.core.clock import local_day, now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.ledger.queries import entries_page, entry_detail, month_figures, person_points
from pointsapp.people.queries import name_of
from pointsapp.rewards import policies, queries
from pointsapp.rewards.messages import KINDS, step_words
from pointsapp.rewards.rules import ALL_CATEGORIES
from pointsapp.rewards.schemas import GrantForm, RuleTrialForm, RuleVersionForm
from pointsapp.rewards.services import add_rule_version, ask_claim_write_off, grant_budget, write_claim_off
from pointsapp.web.doors import Form, bind, blank, write_page
from pointsapp.web.guard import public
from pointsapp.web.login import signed_in

bp = Blueprint("rewards", __name__)
ENTRANCES = (("rewards.show_budgets", policies.may_see_budgets),)
SHOWN = 50


@bp.get("/rules")
@public("anybody may read how points are counted before joining")
def show_rules() -> ResponseReturnValue:
    """Show how points are counted now, what comes next, and what was in force before."""
    book = queries.rule_book(db.session, now())
    return render_template("rewards/rules.html", book=book)


@bp.get("/me/points")
def show_points() -> ResponseReturnValue:
    """Show one's points: what can be spent, what expires when, the months, the lines by day."""
    me, moment = signed_in().person_id, now()
    page = entries_page(db.session, me, PageRequest(after=decode_cursor(request.args.get("cursor"), (int,))))
    return render_template(
        "rewards/points.html",
        figures=person_points(db.session, me, now=moment),
        months=month_figures(db.session, me, now=moment),
        lines=page.items,
        kinds=KINDS,
        next_cursor=page.next_cursor,
        is_first_page="cursor" not in request.args,
    )


@bp.get("/me/points/<public_id>")
def show_entry(public_id: str) -> ResponseReturnValue:
    """Show why one line is as many points as it is."""
    line = entry_detail(db.session, signed_in().person_id, public_id)
    if line is None:
        raise NotFound()
    names = queries.category_names(db.session)
    return render_template(
        "rewards/entry.html",
        line=line,
        kinds=KINDS,
        steps=[step_words(step) for step in line.steps],
        rule_name=names.get(line.rule or "", ""),
        is_general=line.rule == ALL_CATEGORIES,
        confirmed_by=name_of(db.session, line.inputs.get("confirmed_by_id")),
    )


@bp.get("/console/budgets")
def show_budgets() -> ResponseReturnValue:
    """Show what each area was granted, has reserved, issued and got back; a grant is checked here before it is given."""
    typed = "points" in request.args
    return _budgets(bind(GrantForm(), request.args) if typed else blank(area_id=request.args.get("area_id", "")))


@bp.post("/console/budgets")
def give_budget() -> ResponseReturnValue:
    """Grant an area points."""
    form = bind(GrantForm())
    actor = signed_in()
    return form.submit(
        lambda command: write_page(grant_budget, actor, command, then=lambda _receipt: url_for("rewards.show_budgets")),
        or_show=lambda: _budgets(form),
    )


def _budgets(form: Form) -> str:
    actor = signed_in()
    require(policies.may_see_budgets(actor))
    paths = policies.budget_paths(actor)
    asked = PageRequest(limit=SHOWN, after=decode_cursor(request.args.get("cursor"), (str,)))
    granted = PageRequest(limit=SHOWN, after=decode_cursor(request.args.get("grants"), (int,)))
    may_grant = policies.may_grant_somewhere(actor)
    options = area_options(db.session, policies.grant_paths(actor)) if may_grant else []
    chosen = form.command.area if form.command else None
    option = next((option for option in options if chosen in (option.public_id, option.code)), None)
    moment = now()
    line = queries.find_budget(db.session, option.public_id, now=moment) if option else None
    after = line.balance + line.reserved + form.command.points if line and form.command else 0
    return render_template(
        "rewards/budgets.html",
        lines=queries.budgets_page(db.session, paths, None, asked, now=moment),
        grants=queries.grants_page(db.session, paths, granted),
        form=form,
        options=options,
        option=option,
        line=line,
        then_until=line.pace.lasts_until(after, local_day(moment)) if line and line.pace else None,
        may_grant=may_grant,
    )


@bp.get("/console/rules")
def show_console_rules() -> ResponseReturnValue:
    """Show every rule's version in force, the next and the old ones; word a new version of one."""
    return _console_rules(None)


@bp.post("/console/rules")
def add_version() -> ResponseReturnValue:
    """Put a new version of a rule in force, now or from a date on."""
    actor = signed_in()
    if "try" in request.form:  # reckons and writes nothing: what was typed comes back with what it would have meant
        trial = bind(RuleTrialForm())
        return _console_rules(trial, is_tried=trial.command is not None)
    form = bind(RuleVersionForm())
    return form.submit(
        lambda command: write_page(
            add_rule_version, actor, command, then=lambda _receipt: url_for("rewards.show_console_rules")
        ),
        or_show=lambda: _console_rules(form),
    )


def _console_rules(form: Form | None, *, is_tried: bool = False) -> str:
    actor = signed_in()
    require(policies.may_see_rule_versions(actor))
    book = queries.rule_book(db.session, now())
    category = str(form.value("category")) if form else request.args.get("category") or ALL_CATEGORIES
    line = book.line_of(category)
    if form is not None:
        require(policies.may_change_rules(actor))
    numbers = {name: getattr(form.command, name) for name in queries.NUMBERS} if form and is_tried else {}
    return render_template(
        "rewards/console_rules.html",
        book=book,
        line=line,
        tried=queries.what_if(db.session, book, line.category, numbers, now=now()) if is_tried else None,
        form=form or blank(**book.numbers_of(line)),
        may_change=policies.may_change_rules(actor),
    )


@bp.get("/console/claims")
def show_claims() -> ResponseReturnValue:
    """Show what residents still owe after corrections, and let two people write it off."""
    actor = signed_in()
    require(policies.may_see_budgets(actor))
    after = decode_cursor(request.args.get("cursor"), (int,))
    page = queries.open_claims_page(db.session, policies.budget_paths(actor), PageRequest(limit=SHOWN, after=after))
    rows = [
        (
            line,
            line.asked_by_id is None and policies.may_ask_write_off(actor, line.person_id, line.area_path),
            line.asked_by_id is not None
            and policies.may_write_off(actor, line.person_id, line.area_path, line.asked_by_id),
        )
        for line in page.items
    ]
    return render_template("rewards/claims.html", rows=rows, next_cursor=page.next_cursor)


@bp.post("/console/claims/<public_id>/write-off-request")
def ask_for_write_off(public_id: str) -> ResponseReturnValue:
    """Propose to write a claim off."""
    return write_page(ask_claim_write_off, signed_in(), public_id, then=lambda _done: url_for("rewards.show_claims"))


@bp.post("/console/claims/<public_id>/write-off")
def agree_to_write_off(public_id: str) -> ResponseReturnValue:
    """Agree, as a second person, to write a claim off."""
    return write_page(write_claim_off, signed_in(), public_id, then=lambda _done: url_for("rewards.show_claims"))
