"""HTML door of watch: the list, one case with its evidence and decision, and the rules as they are stated."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core.actor import require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.watch.messages import STATES, evidence_page_of, evidence_words, rule_title, rule_words
from pointsapp.watch.policies import may_decide, may_watch
from pointsapp.watch.queries import (
    AnomalyState,
    anomalies_page,
    anomaly_counts,
    evidence_page,
    find_anomaly,
    looked_at,
    stated_rules,
    steps_of,
)
from pointsapp.watch.schemas import DecisionForm
from pointsapp.watch.services import DecisionReceipt, decide
from pointsapp.web.doors import Form, bind, blank, write_page
from pointsapp.web.login import signed_in

bp = Blueprint("watch", __name__)
ENTRANCES = (("watch.show_anomalies", may_watch),)
WORDS = {
    "states": STATES,
    "title": rule_title,
    "rule": rule_words,
    "evidence": evidence_words,
    "page": evidence_page_of,
}


@bp.get("/console/watch")
def show_anomalies() -> str:
    """What the rules found within one's remit, by state and rule."""
    actor = signed_in()
    require(may_watch(actor))
    asked, rule = request.args.get("state", ""), request.args.get("rule", "")[:40]
    state = AnomalyState(asked) if asked in set(AnomalyState) else AnomalyState.OPEN
    page = PageRequest(limit=30, after=decode_cursor(request.args.get("cursor"), (int,)))
    counts = anomaly_counts(db.session, actor)
    return render_template(
        "watch/anomalies.html",
        page=anomalies_page(db.session, actor, page, state=state, rule=rule),
        counts=counts.by_state,
        rules=stated_rules(db.session, counts, now=now()),
        looked_at=looked_at(db.session),
        state=state,
        rule=rule,
        words=WORDS,
    )


@bp.get("/console/watch/<string:anomaly_id>")
def show_anomaly(anomaly_id: str) -> str:
    """One case: the rule as it was stated, its rows, what was decided."""
    return _anomaly(anomaly_id, blank())


@bp.post("/console/watch/<string:anomaly_id>/decision")
def submit_decision(anomaly_id: str) -> ResponseReturnValue:
    """Decide about it, with a reason."""
    form = bind(DecisionForm(), {**request.form.to_dict(), "anomaly_id": anomaly_id})

    def there(receipt: DecisionReceipt) -> str:
        if receipt.state is AnomalyState.NEEDS_CORRECTION:
            flash(_("记下了。更正请按平时的办法办，这里不会自动处罚任何人。"), "yes")
        else:
            flash(_("判断记下了。"), "yes")
        return url_for("watch.show_anomaly", anomaly_id=anomaly_id)

    return form.submit(
        lambda command: write_page(decide, signed_in(), command, then=there), or_show=lambda: _anomaly(anomaly_id, form)
    )


def _anomaly(anomaly_id: str, form: Form) -> str:
    actor = signed_in()
    row = find_anomaly(db.session, actor, anomaly_id)
    page = PageRequest(limit=50, after=decode_cursor(request.args.get("cursor"), (int,)))
    return render_template(
        "watch/anomaly.html",
        row=row,
        page=evidence_page(db.session, row.id, page),
        steps=steps_of(db.session, row.id),
        may_decide=may_decide(actor, row.area_path),
        form=form,
        words=WORDS,
    )
