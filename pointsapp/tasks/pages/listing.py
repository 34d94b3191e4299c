"""The list of tasks one may grab: filters, badges, the map of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import current_app, render_template, request, url_for
from flask_babel import gettext as _

from pointsapp.areas.queries import find_area
from pointsapp.core.clock import now, to_local
from pointsapp.core.db import db
from pointsapp.tasks import queries
from pointsapp.tasks.messages import SIGNUP_STATES
from pointsapp.tasks.pages.blueprint import bp
from pointsapp.tasks.pages.door import read_args, read_page
from pointsapp.tasks.schemas.forms import BoardArgs
from pointsapp.web.filters import shipped
from pointsapp.web.guard import public
from pointsapp.web.login import current_actor
from pointsapp.web.replicas import may_lag
from pointsapp.web.sketch import Sketch, sketch

MOST_ON_MAP = 100


@bp.get("/tasks")
@public("a guest looks at tasks before joining")
@may_lag
def show_tasks() -> str:
    """The list of tasks one may grab, soonest first."""
    actor, moment, args = current_actor(), now(), read_args(BoardArgs())
    wanted = args["wanted"]
    if wanted.area and find_area(db.session, wanted.area) is None:
        wanted = replace(wanted, area=None)
    asked = read_page(args, int, int)
    if wanted.on_map:
        asked = replace(asked, limit=MOST_ON_MAP)
    page = queries.board_page(db.session, actor, wanted, asked, now=moment)
    cards = [replace(card, state_label=_words(card)) for card in page.items]
    if wanted.on_map:  # those that have a place first, numbered as on the map
        cards.sort(key=lambda card: card.spot is None)
    areas, categories = queries.area_choices(db.session, actor), queries.all_categories(db.session)
    return render_template(
        "tasks/tasks.html",
        cards=cards,
        drawing=_drawing(cards) if wanted.on_map else None,
        maps=current_app.config["SETTINGS"],
        next_cursor=page.next_cursor,
        wanted=wanted,
        categories=categories,
        areas=areas,
        pills=_when_pills(wanted),
        views=_view_pills(wanted),
        chosen=_chosen(wanted, areas, categories),
    )


def _words(card: Any) -> str:
    """Return the few words of a card's badge: the person's own state, else when sign-up opens, else nothing."""
    if card.mine is not None and card.mine.waiting_position:
        return _("候补第 %(n)s 位", n=card.mine.waiting_position)
    if card.mine is not None and card.mine.state == "offered":
        return _("等您接受")
    if card.mine is not None:
        return str(SIGNUP_STATES[card.mine.state])
    if card.signup_opens_at is not None and card.signup_opens_at > now():
        return _("%(time)s 开抢", time=to_local(card.signup_opens_at).strftime("%m-%d %H:%M"))
    return ""


def _when_pills(wanted: Any) -> list[tuple[str, str, bool]]:
    kept = _without("when")
    words = [
        (None, _("全部")),
        (queries.When.TODAY, _("今天")),
        (queries.When.TOMORROW, _("明天")),
        (queries.When.WEEKEND, _("周末")),
        (queries.When.WEEK, _("七天内")),
    ]
    return [
        (word, url_for("tasks.show_tasks", **({**kept, "when": str(when)} if when else kept)), wanted.when is when)
        for when, word in words
    ]


def _drawing(cards: list[Any]) -> Sketch | None:
    placed = [card for card in cards if card.spot]
    return sketch([card.spot for card in placed], [card.area_name for card in placed])


def _without(*names: str) -> dict[str, Any]:
    """Return the address's parameters without these and without the place in the list."""
    return {name: value for name, value in request.args.items() if name not in (*names, "cursor") and value}


def _view_pills(wanted: Any) -> list[tuple[str, str, bool]]:
    kept = _without("view")
    return [
        (_("列表"), url_for("tasks.show_tasks", **kept), not wanted.on_map),
        (_("地图"), url_for("tasks.show_tasks", **kept, view="map"), wanted.on_map),
    ]


def _chosen(wanted: Any, areas: Any, categories: Any) -> list[tuple[str, str]]:
    """Return each filter in force as (words, the address without it): one tap widens the list again."""
    area = next((row.name for row in areas if wanted.area in (row.code, row.public_id)), wanted.area)
    kind = next((row.name for row in categories if row.key == wanted.category), wanted.category)
    found = [
        ("area", area),
        ("category", shipped(kind) if kind else None),
        ("when", next((word for word, _href, is_on in _when_pills(wanted) if is_on), None) if wanted.when else None),
        ("free", _("还有名额的") if wanted.is_free else None),
        ("q", f"“{wanted.q}”" if wanted.q else None),
    ]
    return [(str(word), url_for("tasks.show_tasks", **_without(name))) for name, word in found if word]
