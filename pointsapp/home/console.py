"""The console's first page and settings."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from pointsapp.core.actor import require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.home import queries, services
from pointsapp.home.messages import FEATURE_NAMES, PERIOD_NAMES, VALUE_HINTS, value_words
from pointsapp.home.policies import may_retry_deliveries, may_set_policy, sees_console, sees_settings
from pointsapp.home.rules import kind_of
from pointsapp.home.schemas import PolicyForm, RetryForm
from pointsapp.people.queries import current_notice
from pointsapp.web.doors import Form, bind, blank, write_page
from pointsapp.web.login import signed_in

bp = Blueprint("console", __name__, url_prefix="/console")
ENTRANCES = (
    ("console.show_today", sees_console),
    ("console.show_figures", sees_console),
    ("console.show_settings", sees_settings),
)
SHOWN = 50


@bp.get("")
def show_today() -> str:
    """What needs doing today in one's areas."""
    actor = signed_in()
    require(sees_console(actor))
    return render_template("console/today.html", page=queries.console_today(db.session, actor, now=now()))


@bp.get("/figures")
def show_figures() -> str:
    """What was done in one's areas, by week, kind of work and community."""
    actor = signed_in()
    require(sees_console(actor))
    asked = request.args.get("period", "")
    period = asked if asked in queries.PERIODS else "month"
    page = queries.figures(db.session, actor, period, now=now())
    return render_template("console/figures.html", page=page, periods=PERIOD_NAMES)


@bp.get("/settings")
def show_settings() -> str:
    """The policies in force, the privacy notice and the categories."""
    require(sees_settings(signed_in()))
    locale = get_locale()
    return render_template(
        "console/settings.html",
        page=queries.settings_page(db.session, now=now()),
        notice=current_notice("en" if locale and locale.language == "en" else "zh"),
        feature_names=FEATURE_NAMES,
        value_words=value_words,
    )


@bp.get("/settings/policies/<name>")
def show_policy(name: str) -> str:
    """One policy: what it means, what it was, and a form for who may set it."""
    return _policy_page(name)


def _policy_page(name: str, form: Form | None = None) -> str:
    actor = signed_in()
    require(sees_settings(actor))
    page = PageRequest(limit=SHOWN, after=decode_cursor(request.args.get("cursor"), (int,)))
    line, history = (
        queries.policy_line(db.session, name, now=now()),
        queries.policy_history(db.session, name, page, now=now()),
    )
    return render_template(
        "console/policy.html",
        line=line,
        history=history,
        form=form or blank(),
        kind=kind_of(line.default),
        hints=VALUE_HINTS,
        may_set=may_set_policy(actor),
        value_words=value_words,
    )


@bp.post("/settings/policies/<name>")
def submit_policy(name: str) -> ResponseReturnValue:
    """Put a new value in force."""
    form = bind(PolicyForm())

    def there(receipt: services.PolicyReceipt) -> str:
        flash(*((_("这已经是现在的值。"), "info") if receipt.is_repeat else (_("已生效。"), "yes")))
        return url_for("console.show_policy", name=name)

    return form.submit(
        lambda command: write_page(services.set_policy, signed_in(), name, command, then=there),
        or_show=lambda: _policy_page(name, form),
    )


@bp.get("/deliveries")
def show_deliveries() -> str:
    """What the worker gave up delivering."""
    require(may_retry_deliveries(signed_in()))
    page = PageRequest(limit=SHOWN, after=decode_cursor(request.args.get("cursor"), (int, str)))
    return render_template("console/deliveries.html", page=queries.given_up_page(db.session, page))


@bp.post("/deliveries")
def submit_retry() -> ResponseReturnValue:
    """Have one tried again."""

    def there(receipt: services.RetryReceipt) -> str:
        words = _("已经在再试，或已经送到了。") if receipt.is_repeat else _("马上再试；还不成会再回到这里。")
        flash(words, "info" if receipt.is_repeat else "yes")
        return url_for("console.show_deliveries")

    return bind(RetryForm()).submit(
        lambda command: write_page(services.retry_delivery, signed_in(), command, then=there), or_show=show_deliveries
    )


@bp.get("/")
def open_console() -> ResponseReturnValue:
    """Read /console/ as /console."""
    return redirect(url_for("console.show_today"))
