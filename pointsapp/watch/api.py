"""JSON door of watch: what the rules found within one's remit, one case with its rows, and the decision about it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import Response

from pointsapp.core.db import db
from pointsapp.core.paging import Page, PageRequest
from pointsapp.watch.queries import AnomalyRow, EvidenceLine, anomalies_page, evidence_page, find_anomaly, steps_of
from pointsapp.watch.schemas import (
    AnomalyArgs,
    AnomalyCaseSchema,
    AnomalyDecisionJson,
    AnomalyDecisionSchema,
    AnomalyEvidenceSchema,
    AnomalySchema,
)
from pointsapp.watch.services import Decide, decide
from pointsapp.web.api import api_blueprint, refuses
from pointsapp.web.doors import write_json
from pointsapp.web.login import signed_in
from pointsapp.web.schemas import PageArgs, page_request, page_schema

blp = api_blueprint("watch", "Anomalies found by stated rules: nothing follows from one but a person's decision.")
ANOMALIES, EVIDENCE = page_schema(AnomalySchema), page_schema(AnomalyEvidenceSchema)
FIRST_ROWS = 50


@blp.get("/anomalies")
@blp.arguments(AnomalyArgs, location="query")
@blp.response(200, ANOMALIES)
@refuses("not_allowed")
def list_anomalies(args: dict[str, Any]) -> Page[AnomalyRow]:
    """List what the rules found within one's remit and stands in `state` (`open`), the newest first."""
    page = page_request(args, int)
    return anomalies_page(db.session, signed_in(), page, state=args["state"], rule=args["rule"])


@blp.get("/anomalies/<anomaly_id>")
@blp.response(200, AnomalyCaseSchema)
@refuses("not_allowed")
def read_anomaly(anomaly_id: str) -> SimpleNamespace:
    """Read one: the rule as it was stated, its first fifty rows, and what was decided."""
    row = find_anomaly(db.session, signed_in(), anomaly_id)
    first = evidence_page(db.session, row.id, PageRequest(limit=FIRST_ROWS))
    told = {"evidence": first.items, "steps": steps_of(db.session, row.id)}
    return SimpleNamespace(**{name: getattr(row, name) for name in row.__slots__}, **told)


@blp.get("/anomalies/<anomaly_id>/evidence")
@blp.arguments(PageArgs, location="query")
@blp.response(200, EVIDENCE)
@refuses("not_allowed")
def list_evidence(args: dict[str, Any], anomaly_id: str) -> Page[EvidenceLine]:
    """List the rows behind one, the oldest first."""
    row = find_anomaly(db.session, signed_in(), anomaly_id)
    return evidence_page(db.session, row.id, page_request(args, int))


@blp.post("/anomalies/<anomaly_id>/decision")
@blp.arguments(AnomalyDecisionJson)
@blp.response(200, AnomalyDecisionSchema)
@refuses("not_allowed", "own_anomaly", "wrong_state")
def post_anomaly_decision(typed: dict[str, Any], anomaly_id: str) -> Response:
    """Decide, with a reason that stays; corrections are made where they are always made, by two people."""
    command = Decide(anomaly_id=anomaly_id, **typed)
    return write_json(decide, signed_in(), command, schema=AnomalyDecisionSchema, status=200)
