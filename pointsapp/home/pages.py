"""HTML door of home: the first page, one's own page, the hours book."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from pointsapp.badges.messages import medal_name
from pointsapp.core.clock import now, to_local
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.home import queries
from pointsapp.home.messages import GREETINGS, level_name
from pointsapp.home.rules import part_of_day
from pointsapp.people.messages import LOOKED_FOR, ROLE_NAMES
from pointsapp.stars.messages.proofs import LOOKED
from pointsapp.stars.queries import CATALOGUE
from pointsapp.tasks.policies import may_lead_own
from pointsapp.web.guard import public
from pointsapp.web.login import current_actor, signed_in
from pointsapp.web.replicas import may_lag

bp = Blueprint("home", __name__)
GLANCES = 50


@bp.get("/")
@public("a stranger sees what this is before joining")
@may_lag
def show_home() -> str:
    """The first page: what is on today, one's books, tasks nearby, what one can get."""
    moment = now()
    page = queries.front_page(db.session, current_actor(), now=moment)
    greeting = GREETINGS[part_of_day(to_local(moment).hour)]
    level = level_name(page.level.number) if page.level else None
    return render_template("home/home.html", page=page, greeting=greeting, level=level)


@bp.get("/me")
def show_me() -> str:
    """One's own page: who I am, my books, and everything that is mine."""
    moment = now()
    page = queries.my_page(db.session, signed_in().person_id, now=moment)
    ladder = [(level_name(number + 1), start) for number, start in enumerate((0, *page.level_steps))]
    level = level_name(page.level.number)
    return render_template(
        "home/me.html",
        page=page,
        level=level,
        ladder=ladder,
        role_names=ROLE_NAMES,
        medal_name=medal_name,
        may_lead_own=may_lead_own,
        moment=moment,
    )


@bp.get("/me/hours")
def show_hours() -> str:
    """The hours book, shift by shift: hours are never spent and never lapse."""
    after = decode_cursor(request.args.get("cursor"), (int,))
    page = queries.hours_page(db.session, signed_in().person_id, PageRequest(after=after), now=now())
    return render_template("home/hours.html", page=page)


@bp.get("/me/access")
def show_access() -> str:
    """Who looked at my record or at rows that name me, day by day."""
    after = decode_cursor(request.args.get("cursor"), (int, int, int))
    page = queries.glances_at(db.session, signed_in().person_id, PageRequest(limit=GLANCES, after=after))
    words = {"metrics": CATALOGUE, "looked": LOOKED}
    return render_template("home/access.html", page=page, looked_for=LOOKED_FOR, words=words)
