"""The public board and its drill-down, and the console where branches are assessed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core.actor import Actor, require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.stars.pages.charts import radar_chart, trend_chart
from pointsapp.stars.pages.door import WORDS, asked_round, bp, round_in
from pointsapp.stars.pages.showing import note_rows, note_stars
from pointsapp.stars.policies import (
    may_list_paper,
    may_open_console,
    may_read_members,
    may_read_names,
    may_score,
    may_score_one,
    may_see_burdens,
    may_set_aims,
    may_try_schemes,
)
from pointsapp.stars.queries import (
    ON_A_PAGE,
    AssessmentRow,
    ItemDetail,
    RoundRow,
    StarDetail,
    assessments_of,
    counts_of,
    drill_down,
    evidence_page,
    item_details,
    items_by_star,
    items_of,
    latest_rounds,
    look_at_branch,
    next_stars,
    one_standing,
    page_rules,
    radar,
    ready,
    shown_page,
    shows_ranks,
    tier_groups,
    trend,
    why_here,
)
from pointsapp.stars.rules.scheme import Indicator, Scheme
from pointsapp.stars.schemas import AimsForm, AssessForm
from pointsapp.stars.services import assess, set_aims
from pointsapp.web.doors import Form, bind, blank, posted, signed_in, write_page
from pointsapp.web.guard import public
from pointsapp.web.login import current_actor
from pointsapp.web.replicas import may_lag


def _board(found: RoundRow | None, *, has_ranks: bool) -> dict[str, Any]:
    """Return one page of the round's branches, and what all of them come to."""
    if found is None:
        return {"rows": (), "standing": None, "next_cursor": None}
    standing = ready(db.session, found, now=now())
    asked = PageRequest(limit=ON_A_PAGE, after=decode_cursor(request.args.get("cursor"), (int, str)))
    page = shown_page(found.scheme, standing, asked, has_ranks=has_ranks)
    return {"rows": page.items, "standing": standing, "next_cursor": page.next_cursor}


@bp.get("/stars")
@public("the board hangs in the open: counts only, no person's name")
@may_lag
def show_board() -> ResponseReturnValue:
    """Show all branches with their five stars: by rank, or tier by tier where ranks are switched off."""
    rounds, moment = latest_rounds(db.session), now()
    found = asked_round(rounds)
    has_ranks = shows_ranks(db.session, now=moment)
    board = _board(found, has_ranks=has_ranks)
    return render_template(
        "stars/board.html",
        round=found,
        groups=tier_groups(found.scheme, board["rows"]) if found and not has_ranks else (),
        has_ranks=has_ranks,
        rounds=rounds,
        now=moment,
        words=WORDS,
        **board,
    )


@bp.get("/stars/<string:branch_id>")
@public("every figure opens; who worked is masked or left out")
@may_lag
def show_branch(branch_id: str) -> ResponseReturnValue:
    """Open one branch: stars, indicators, and the rows behind them as far as the reader may see them."""
    actor, moment = current_actor(), now()
    look = look_at_branch(db.session, branch_id, now=moment)
    found, standing = one_standing(db.session, round_in(look), branch_id, now=moment, is_guest=actor is None)
    points = trend(db.session, standing.branch, (found, standing), look, now=moment)
    compared = radar(standing, ready(db.session, found, now=moment).rows, look.street)
    has_ranks, rule = page_rules(db.session, now=moment)
    items = items_by_star(items_of(db.session, found, standing.branch, actor, now=moment, rule=rule))
    given = assessments_of(db.session, found, standing.branch, found.closed_at or moment, actor)
    stars = drill_down(db.session, found, standing, actor, now=moment, given=given)
    note_stars(actor, found, standing.branch, stars)
    return render_template(
        "stars/branch.html",
        round=found,
        row=standing,
        stars=stars,
        extras=item_details(db.session, found, standing, actor, now=moment, given=given),
        why=why_here(found, standing),
        has_ranks=has_ranks,
        lacks=next_stars(found, standing, now=moment),
        points=points,
        trend_chart=trend_chart(points),
        radar=compared,
        radar_chart=radar_chart(compared),
        items=items,
        counts={key: counts_of(rows) for key, rows in items.items()},
        words=WORDS,
        now=moment,
    )


@bp.get("/stars/<string:branch_id>/evidence/<string:indicator>")
def show_evidence(branch_id: str, indicator: str) -> str:
    """Every row behind one figure, page by page."""
    actor, asked = signed_in(), PageRequest(limit=50, after=decode_cursor(request.args.get("cursor"), (str, int)))
    found, standing = one_standing(db.session, asked_round(), branch_id, now=now())
    page = evidence_page(db.session, found, standing, actor, indicator, asked, now=now())
    note_rows(actor, found, standing.branch, page.rows.items, members_only=page.members_only)
    return render_template("stars/evidence.html", round=found, row=standing, page=page, words=WORDS)


@bp.get("/console/stars")
def show_console_round() -> ResponseReturnValue:
    """Overview of the round for staff: what stands, what still waits to be assessed."""
    require(may_open_console(signed_in()))
    rounds = latest_rounds(db.session)
    found = asked_round(rounds)
    has_ranks = shows_ranks(db.session, now=now())
    return render_template(
        "stars/console_round.html",
        round=found,
        rounds=rounds,
        has_ranks=has_ranks,
        now=now(),
        words=WORDS,
        hands=[one.by for one in _assessed(found.scheme)] if found else [],
        **_board(found, has_ranks=has_ranks),
        **_POLICIES,
    )


@bp.get("/console/stars/<string:branch_id>")
def show_console_branch(branch_id: str) -> ResponseReturnValue:
    """One branch for staff: the form to assess, what was given so far, what it aims for."""
    return _console_branch(branch_id, blank(indicator=request.args.get("indicator", "")))


@bp.post("/console/stars/<string:branch_id>/assessments")
def submit_assessment(branch_id: str) -> ResponseReturnValue:
    """Score one indicator by hand."""
    form = bind(AssessForm(), posted(branch_id=branch_id))

    def then(_receipt: Any) -> str:
        flash(_("已记下这次评定"), "yes")
        return url_for("stars.show_console_branch", branch_id=branch_id)

    return form.submit(
        lambda command: write_page(assess, signed_in(), command, then=then),
        or_show=lambda: _console_branch(branch_id, form),
    )


@bp.post("/console/stars/<string:branch_id>/aims")
def submit_aims(branch_id: str) -> ResponseReturnValue:
    """Say which stars the branch aims for."""
    form = bind(AimsForm(), posted(branch_id=branch_id))

    def then(_receipt: Any) -> str:
        flash(_("争创目标已保存"), "yes")
        return url_for("stars.show_console_branch", branch_id=branch_id)

    return form.submit(
        lambda command: write_page(set_aims, signed_in(), command, then=then),
        or_show=lambda: _console_branch(branch_id, form),
    )


_POLICIES = {
    "may_list_paper": may_list_paper,
    "may_read_members": may_read_members,
    "may_read_names": may_read_names,
    "may_score": may_score,
    "may_score_one": may_score_one,
    "may_see_burdens": may_see_burdens,
    "may_set_aims": may_set_aims,
    "may_try_schemes": may_try_schemes,
}


def _console_branch(branch_id: str, form: Form) -> str:
    actor = signed_in()
    require(may_open_console(actor))
    found, standing = one_standing(db.session, asked_round(), branch_id, now=now())
    stars = drill_down(db.session, found, standing, actor, now=now())
    note_stars(actor, found, standing.branch, stars)
    extras = item_details(db.session, found, standing, actor, now=now())
    return render_template(
        "stars/console_branch.html",
        round=found,
        row=standing,
        stars=stars,
        extras=extras,
        by_hand=_by_hand(actor, standing.branch.area_path, stars, extras),
        has_ranks=shows_ranks(db.session, now=now()),
        form=form,
        words=WORDS,
        **_POLICIES,
    )


def _assessed(scheme: Scheme) -> list[Indicator]:
    """Return what somebody scores, of the stars and beside them."""
    lines = (*scheme.indicators, *(item.indicator for item in scheme.items))
    return [one for one in lines if one.source == "assessed"]


def _by_hand(
    actor: Actor, path: str, stars: Sequence[StarDetail], extras: Sequence[ItemDetail]
) -> list[tuple[str, list[tuple[Indicator, str]]]]:
    """Return what this person scores by hand, as (group, [(indicator, kind of item or "")]): nothing that is a panel's or counted."""

    def is_theirs(indicator: Indicator, given: Iterable[AssessmentRow]) -> bool:
        by_hand = indicator.source == "assessed" and may_score(actor, path, indicator.by)
        return by_hand and not any(one.panel for one in given)

    groups: list[tuple[str, list[tuple[Indicator, str]]]] = [
        (
            one.score.star.name,
            [(line.indicator, "") for line in one.indicators if is_theirs(line.indicator, line.assessments)],
        )
        for one in stars
    ]
    items = [
        (one.item.indicator, one.item.kind.value) for one in extras if is_theirs(one.item.indicator, one.assessments)
    ]
    groups.append((_("加分、扣分与一票否决"), items))
    return [(name, lines) for name, lines in groups if lines]
