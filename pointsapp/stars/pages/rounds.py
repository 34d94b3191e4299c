"""The end of a round: the public page with its editions, and the closing page of the street office."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core.actor import require
from pointsapp.core.clock import local_day, now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.stars.pages.door import WORDS, asked_round, bp
from pointsapp.stars.policies import may_open_console, may_read_errata, may_run_round
from pointsapp.stars.queries import (
    RoundRow,
    closing_of,
    edition_differences,
    editions_of,
    find_round,
    latest_rounds,
    publication_of,
    round_paths,
    shows_ranks,
    standings,
    stored_standings,
    tier_groups,
)
from pointsapp.stars.schemas import PublishForm
from pointsapp.stars.services import freeze_round, publish_round
from pointsapp.web.doors import Form, bind, blank, posted, signed_in, write_page
from pointsapp.web.guard import public
from pointsapp.web.replicas import may_lag


@bp.get("/star-rounds/<string:round_id>")
@public("how a quarter was closed hangs in the open: branches only, no person's name")
@may_lag
def show_round(round_id: str) -> ResponseReturnValue:
    """Show the way of a round from its cut-off to its editions, and the standings of one of them."""
    found, moment = find_round(db.session, round_id), now()
    editions = editions_of(db.session, found)
    asked = request.args.get("edition", "")
    chosen = next((one for one in editions if str(one.number) == asked), None) if asked else None
    if asked and chosen is None:
        raise NotFound()
    current = chosen or (editions[0] if editions else None)
    stored = stored_standings(db.session, found, current.number) if current else None
    rows = stored if stored is not None else standings(db.session, found, now=moment)
    has_ranks = shows_ranks(db.session, now=moment)
    return render_template(
        "stars/round.html",
        round=found,
        rounds=latest_rounds(db.session),
        publication=publication_of(db.session, found),
        editions=editions,
        current=current,
        rows=rows,
        has_ranks=has_ranks,
        groups=() if has_ranks else tier_groups(found.scheme, rows),
        changes=edition_differences(db.session, found, current) if current else [],
        words=WORDS,
        now=moment,
    )


@bp.get("/console/star-rounds")
def show_closing() -> ResponseReturnValue:
    """What is unfinished in a round and how much it could still change; the buttons that publish and close it."""
    rounds, asked = latest_rounds(db.session), request.args.get("round", "")
    newest = [one for one in rounds if one.starts_on == rounds[0].starts_on and one.starts_on <= local_day(now())]
    known = [one for one in rounds if one.public_id == asked] if asked else newest
    found = known[0] if len(known) == 1 else None  # the page asks for little: no second look where there is no choice
    return _closing(found or asked_round(), blank(), rounds)


@bp.post("/console/star-rounds/<string:round_id>/publication")
def submit_round_publication(round_id: str) -> ResponseReturnValue:
    """Hang the provisional standings out."""
    form = bind(PublishForm(), posted(round_id=round_id))
    return form.submit(
        lambda command: write_page(
            publish_round, signed_in(), command, then=_then(_("已公示，居民和支部可以提出异议"))
        ),
        or_show=lambda: _closing(find_round(db.session, round_id), form),
    )


@bp.post("/console/star-rounds/<string:round_id>/freeze")
def submit_freeze(round_id: str) -> ResponseReturnValue:
    """Close the round and store its standings."""
    form = blank()
    form.command = round_id
    return form.submit(
        lambda command: write_page(freeze_round, signed_in(), command, then=_then(_("已定格，本轮成绩不再改动"))),
        or_show=lambda: _closing(find_round(db.session, round_id), form),
    )


def _then(words: str) -> Any:
    def then(receipt: Any) -> str:
        flash(words, "yes")
        return url_for("stars.show_closing", round=receipt.public_id)

    return then


def _closing(found: RoundRow | None, form: Form, known: list[RoundRow] | None = None) -> str:
    actor, moment = signed_in(), now()
    require(may_open_console(actor))
    if found is None:
        raise NotFound()
    closing = closing_of(db.session, found, now=moment) if found.state != "closed" else None
    is_published = found.state == "published"
    rounds = latest_rounds(db.session) if known is None else known
    paths = closing.paths if closing and closing.paths else round_paths(db.session, found.id)
    return render_template(
        "stars/console_closing.html",
        round=found,
        rounds=rounds,
        closing=closing,
        publication=publication_of(db.session, found) if found.state != "open" else None,
        editions=editions_of(db.session, found) if found.state == "closed" else [],
        waiting=sum(kind.count for kind in closing.kinds) if closing and is_published else 0,
        may_run=may_run_round(actor, paths),
        may_read_errata=may_read_errata(actor, paths),
        form=form,
        words=WORDS,
        now=moment,
    )
