"""The docket 台账 to read: every line of a branch in a round, one line with all that stands behind it, its rows as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from flask import Response, render_template, stream_with_context
from flask.typing import ResponseReturnValue

from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.uploads import harmless
from pointsapp.stars.pages.door import WORDS, asked_round, bp
from pointsapp.stars.pages.showing import note
from pointsapp.stars.policies import may_give_proof, may_read_access, may_read_names
from pointsapp.stars.queries import (
    SavedRow,
    assessments_of,
    auto_lines,
    docket_of,
    one_standing,
    pieces_of,
    saved_rows,
)
from pointsapp.stars.queries.evidence import why_one
from pointsapp.stars.rules.proofs import written_at
from pointsapp.stars.services import opened_saved
from pointsapp.web.doors import signed_in
from pointsapp.web.guard import public
from pointsapp.web.login import current_actor
from pointsapp.web.replicas import may_lag

COLUMNS = (
    "id",
    "evidence",
    "area_code",
    "area",
    "quantity",
    "occurred_at",
    "recorded_at",
    "person",
    "person_id",
    "sha256",
)


@bp.get("/stars/<string:branch_id>/docket")
@public("counts and digests of a branch's evidence; rows open by right, files when published")
@may_lag
def show_docket(branch_id: str) -> ResponseReturnValue:
    """Show every line by which a branch is judged in a round, each 自动取证 or 人工补充."""
    actor, moment = current_actor(), now()
    found, standing = one_standing(db.session, asked_round(), branch_id, now=moment)
    pieces = pieces_of(db.session, found, standing.branch, actor)
    autos = auto_lines(db.session, found, standing, actor, now=moment)
    path = standing.branch.area_path
    return render_template(
        "stars/docket.html",
        round=found,
        row=standing,
        docket=docket_of(standing, pieces, autos),
        pieces=pieces,
        may_give=found.state == "open" and may_give_proof(actor, path),
        may_read_access=may_read_access(actor, path),
        is_officer=may_read_names(actor, path),
        words=WORDS,
    )


@bp.get("/stars/<string:branch_id>/docket/<string:key>")
@public("one line of a branch's evidence: counts and digests")
@may_lag
def show_docket_line(branch_id: str, key: str) -> ResponseReturnValue:
    """Show one indicator, bonus, honour, deduction or veto with all that stands behind it."""
    actor, moment = current_actor(), now()
    found, standing = one_standing(db.session, asked_round(), branch_id, now=moment)
    pieces = pieces_of(db.session, found, standing.branch, actor)
    docket = docket_of(standing, pieces, auto_lines(db.session, found, standing, actor, now=moment, only=key))
    line = docket.line(key)
    if line is None:
        raise NotFound()
    given = assessments_of(db.session, found, standing.branch, found.closed_at or moment, actor)
    return render_template(
        "stars/docket_line.html",
        round=found,
        row=standing,
        line=line,
        steps=why_one(found, standing, line.score),
        assessments=given.get(key, ()),
        may_give=found.state == "open" and may_give_proof(actor, standing.branch.area_path),
        words=WORDS,
    )


@bp.get("/stars/<string:branch_id>/docket/<string:key>/rows.csv")
def save_docket_rows(branch_id: str, key: str) -> Response:
    """Give the rows behind a counted line as a file, in the order of its digest: what anybody recomputes it from."""
    actor, moment = signed_in(), now()
    found, standing = one_standing(db.session, asked_round(), branch_id, now=moment)
    metric, rows = saved_rows(db.session, found, standing, actor, key, now=moment)
    if may_read_names(actor, standing.branch.area_path):
        line = auto_lines(db.session, found, standing, actor, now=moment, only=key)[key]
        note(
            opened_saved(
                found, standing.branch, line.evidence, line.rows, members_only=metric.shows_members, now=moment
            )
        )
    response = Response(stream_with_context(_csv(rows)), mimetype="text/csv")
    name = f"{standing.branch.code}-{key}-{found.starts_on.isoformat()}.csv"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _csv(rows: Iterable[SavedRow]) -> Iterator[str]:
    """Write a row at a time; the mark in front lets a spreadsheet read it as UTF-8."""
    yield "\ufeff" + ",".join(COLUMNS) + "\r\n"
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow(
            (
                row.public_id,
                row.evidence,
                row.area_code,
                harmless(row.area),
                row.quantity,
                written_at(row.occurred_at),
                written_at(row.recorded_at),
                harmless(row.person),
                row.person_id,
                row.sha256,
            )
        )
        yield line.getvalue()
