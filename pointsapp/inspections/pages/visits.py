"""An inspector's phone: what waits today, one visit with what was found, and the form that records a finding."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core.actor import require
from pointsapp.core.clock import local_day, now
from pointsapp.core.db import db
from pointsapp.inspections.pages.door import WORDS, bp, the_round, then, with_kept
from pointsapp.inspections.policies import INSPECTS, may_inspect, may_inspect_somewhere
from pointsapp.inspections.queries import branch_options, findings_of_visit, my_visits, one_visit, to_look_again
from pointsapp.inspections.schemas import FindingForm, SummaryForm, VisitForm
from pointsapp.inspections.services import (
    FindingReceipt,
    InspectionReceipt,
    RecordFinding,
    finish_inspection,
    record_finding,
    start_inspection,
    with_photos,
)
from pointsapp.stars.queries import running_rounds
from pointsapp.web.doors import Form, bind, blank, posted, signed_in, write_page

USUAL_DAYS = 14  # what the form proposes as the deadline


@bp.get("/inspections/mine")
def show_my_visits() -> str:
    """What waits for this inspector today, and what branches have answered."""
    return _mine(blank())


@bp.post("/inspections/visits")
def submit_visit() -> ResponseReturnValue:
    """Begin a visit that no draw decided."""
    form = bind(VisitForm())

    def there(receipt: InspectionReceipt) -> str:
        return url_for("inspections.show_visit", visit_id=receipt.public_id)

    return form.submit(
        lambda branch_id: write_page(start_inspection, signed_in(), branch_id, then=there), or_show=lambda: _mine(form)
    )


@bp.get("/inspections/visits/<string:visit_id>")
def show_visit(visit_id: str) -> str:
    """One visit: what was found so far, and the forms to go on."""
    return _visit(visit_id, blank())


@bp.post("/inspections/visits/<string:visit_id>/findings")
def submit_finding(visit_id: str) -> ResponseReturnValue:
    """Record something found, with up to three pictures."""
    visit = one_visit(db.session, signed_in(), visit_id)
    form = bind(FindingForm(), posted(branch_id=visit.branch_id, inspection_id=visit_id))

    def act(command: RecordFinding) -> ResponseReturnValue:
        def there(_receipt: FindingReceipt) -> str:
            flash(_("问题已记下，支部书记那里能看到"), "yes")
            return url_for("inspections.show_visit", visit_id=visit_id)

        return with_kept(
            lambda photos: write_page(record_finding, signed_in(), with_photos(command, photos), then=there)
        )

    return form.submit(act, or_show=lambda: _visit(visit_id, form))


@bp.post("/inspections/visits/<string:visit_id>/end")
def submit_visit_end(visit_id: str) -> ResponseReturnValue:
    """Finish the visit with a sentence."""
    form = bind(SummaryForm())
    done = then(_("这次督查已经结束"), "show_my_visits")
    return form.submit(
        lambda summary: write_page(finish_inspection, signed_in(), visit_id, summary, then=done),
        or_show=lambda: _visit(visit_id, form),
    )


def _mine(form: Form) -> str:
    actor = signed_in()
    require(may_inspect_somewhere(actor))
    return render_template(
        "inspections/mine.html",
        visits=my_visits(db.session, actor, now=now()),
        answered=to_look_again(db.session, actor, now=now()),
        branches=branch_options(db.session, running_rounds(db.session, now=now()), actor.paths(INSPECTS)),
        form=form,
        words=WORDS,
    )


def _visit(visit_id: str, form: Form) -> str:
    actor = signed_in()
    visit = one_visit(db.session, actor, visit_id)
    return render_template(
        "inspections/visit.html",
        visit=visit,
        findings=findings_of_visit(db.session, actor, visit, now=now()),
        round=the_round(visit.branch_id),
        form=form,
        is_mine=visit.inspector_id == actor.person_id and may_inspect(actor, visit.area_path),
        today=local_day(now()),
        usual=local_day(now()) + timedelta(days=USUAL_DAYS),
        words=WORDS,
    )
