"""The dossier at the door: as a page to print, and as one file. Whoever has it made stands in the access log first."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, current_app, g, render_template, request, stream_with_context

from pointsapp.config import shipped
from pointsapp.core.attic import Attic
from pointsapp.core.clock import now, to_local
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.transaction import write
from pointsapp.dossiers.archive import stream
from pointsapp.dossiers.parts import parts_of
from pointsapp.dossiers.queries import Dossier, dossier_of, task_pages
from pointsapp.inspections.messages import FINDING_STATES, SEVERITIES, STEPS
from pointsapp.stars.messages import speaks_english
from pointsapp.stars.messages.proofs import FILE_KINDS, PROOF_KINDS
from pointsapp.stars.policies import may_give_proof
from pointsapp.stars.queries import CATALOGUE, find_round, newest_round, one_standing
from pointsapp.stars.services import keep_access, opened_dossier
from pointsapp.web.browsers import will_be_lost
from pointsapp.web.doors import signed_in

bp = Blueprint("dossiers", __name__)
MOST_TASKS = 300  # of the page to print; the file holds all
WORDS = {
    "metrics": CATALOGUE,
    "proof_kinds": PROOF_KINDS,
    "file_kinds": FILE_KINDS,
    "findings": FINDING_STATES,
    "severities": SEVERITIES,
    "steps": STEPS,
}


@bp.get("/console/stars/<string:branch_id>/dossier")
def show_dossier(branch_id: str) -> str:
    """Show the dossier of a branch in a round, to be printed on A4."""
    dossier = _dossier(branch_id)
    shown = list(task_pages(db.session, dossier, now=now(), most=MOST_TASKS))
    may_give = dossier.round.state == "open" and may_give_proof(signed_in(), dossier.standing.branch.area_path)
    return render_template(
        "dossiers/dossier.html", dossier=dossier, pages=shown, may_give=may_give, words=WORDS, now=now()
    )


@bp.get("/console/stars/<string:branch_id>/dossier.zip")
def save_dossier(branch_id: str) -> Response:
    """Give the dossier as one file: page, lists, files, and a manifest with the digest of each."""
    dossier, moment = _dossier(branch_id), now()
    found, branch = dossier.round, dossier.standing.branch
    kept = current_app.config["SETTINGS"].instance_path
    style = shipped("static") / "css" / "dossier.css"
    tasks = partial(task_pages, db.session, dossier, now=moment)
    parts = parts_of(dossier, tasks, _render, style, Attic(kept / "proofs"), Attic(kept / "findings"))
    about = {
        "format": "pointsapp-dossier-1",
        "branch": {"id": branch.public_id, "code": branch.code, "name": branch.name},
        "round": {
            "id": found.public_id,
            "starts_on": found.starts_on.isoformat(),
            "ends_on": found.ends_on.isoformat(),
        },
        "names": "full" if dossier.has_names else "masked",
        "made_at": moment.isoformat(),
    }
    response = Response(stream_with_context(stream(parts, about, now=to_local(moment))), mimetype="application/zip")
    kind = "full" if dossier.has_names else "masked"
    name = f"dossier-{branch.code}-{found.starts_on.isoformat()}-{kind}.zip"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "no-store"
    return response


def _render(template: str, **what: object) -> str:
    return render_template(template, words=WORDS, now=now(), english=speaks_english(), **what)


def _dossier(branch_id: str) -> Dossier:
    actor, moment, asked = signed_in(), now(), request.args.get("round", "")
    found = find_round(db.session, asked) if asked else newest_round(db.session, now=moment, branch=branch_id)
    if found is None:
        raise NotFound()
    found, standing = one_standing(db.session, found, branch_id, now=moment)
    has_names = request.args.get("names") == "full"
    dossier = dossier_of(db.session, found, standing, actor, has_names=has_names, now=moment)
    g.opened = opened_dossier(
        found,
        standing.branch,
        evidence="attendance" if has_names else "",
        rows=sum(task.times for task in dossier.tasks) if has_names else 0,
        now=moment,
    )
    return dossier


@bp.after_request
def keep_opened(response: Response) -> Response:
    """Write down that a dossier was made, before it leaves; not one that WeChat drops."""
    opened = g.pop("opened", None)
    if opened is not None and response.status_code == 200 and not will_be_lost(response):
        write(keep_access, signed_in(), [opened], now=now())
    return response
