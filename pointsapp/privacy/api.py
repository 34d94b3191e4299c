"""JSON door of privacy: a copy of one's records, and leaving for good."""

from __future__ import annotations

from typing import Any

from flask import Response

from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.privacy import queries
from pointsapp.privacy.schemas import (
    ErasureJson,
    ErasureReceiptSchema,
    LeavingSchema,
    OwnCopySchema,
    TakenCopySchema,
)
from pointsapp.privacy.services import AskErasure, ask_erasure, take_copy, withdraw_erasure
from pointsapp.web.api import api_blueprint, refuses
from pointsapp.web.doors import write_json
from pointsapp.web.login import signed_in

blp = api_blueprint("privacy", "What is kept about oneself, and leaving for good.")


@blp.post("/me/copies")
@blp.response(201, TakenCopySchema)
@refuses("too_many_copies")
def post_copy() -> Response:
    """Open a copy of everything kept about oneself, for an hour; so many a day."""
    return write_json(take_copy, signed_in(), schema=TakenCopySchema)


@blp.get("/me/copies/<copy_id>")
@blp.response(200, OwnCopySchema)
def read_copy(copy_id: str) -> dict[str, Any]:
    """Read a copy that was opened within the hour; keys of other people are left out."""
    copy = queries.own_copy(db.session, signed_in().person_id, copy_id, now=now())
    if copy is None:
        raise NotFound()
    return copy.as_json()


@blp.get("/me/erasure")
@blp.response(200, LeavingSchema)
def read_leaving() -> dict[str, Any]:
    """Read what erasing would do: what ends, what goes, what stays and why; and the request that waits, if there is one."""
    page = queries.leaving_page(db.session, signed_in().person_id, now=now())
    return {
        "waiting": page.waiting,
        "ends": page.ends,
        "goes": page.goes,
        "stays": [{"what": labels, "why": why} for labels, why in page.stays],
        "roles": page.roles,
        "grace_days": page.days,
    }


@blp.post("/me/erasure")
@blp.arguments(ErasureJson)
@blp.response(201, ErasureReceiptSchema)
@refuses("roles_held")
def post_erasure(_typed: dict[str, bool]) -> Response:
    """Ask to be erased after some days; every device and token is signed out, this one, too."""
    actor = signed_in()
    command = AskErasure(person=actor.public_id)
    return write_json(ask_erasure, actor, command, schema=ErasureReceiptSchema, replayable=False)


@blp.post("/me/erasure/withdrawal")
@blp.response(200, ErasureReceiptSchema)
@refuses("erasure_not_waiting")
def post_stay() -> Response:
    """Stay after all."""
    actor = signed_in()
    return write_json(withdraw_erasure, actor, actor.public_id, schema=ErasureReceiptSchema, status=200)
