"""JSON door of notices: what one was told, in the caller's language, and that one has read it."""

from __future__ import annotations

from typing import Any

from flask import Response

from pointsapp.core.db import db
from pointsapp.core.paging import Page
from pointsapp.notices.queries import NoticeLine, notices_page
from pointsapp.notices.schemas import NoticeArgs, ReadJson, ReadSchema, ToldSchema
from pointsapp.notices.services import read_all, read_one
from pointsapp.web.api import api_blueprint
from pointsapp.web.doors import write_json
from pointsapp.web.login import signed_in
from pointsapp.web.schemas import page_request, page_schema

blp = api_blueprint("notices", "What one was told.")
NOTICES = page_schema(ToldSchema)


@blp.get("/me/notices")
@blp.arguments(NoticeArgs, location="query")
@blp.response(200, NOTICES)
def list_notices(args: dict[str, Any]) -> Page[NoticeLine]:
    """List what one was told, the newest first; `unread=true`: only what one has not read."""
    page = page_request(args, int)
    return notices_page(db.session, signed_in().person_id, page, only_unread=args["unread"])


@blp.post("/me/notices/reading")
@blp.arguments(ReadJson)
@blp.response(200, ReadSchema)
def post_reading_of_all(typed: dict[str, str]) -> Response:
    """Mark the notice `up_to` and all before it as read; what came after it stays unread."""
    return write_json(read_all, signed_in(), typed["up_to"], schema=ReadSchema, status=200)


@blp.post("/me/notices/<notice_id>/reading")
@blp.response(200, ReadSchema)
def post_reading(notice_id: str) -> Response:
    """Mark one notice as read; a repeat marks nothing."""
    return write_json(read_one, signed_in(), notice_id, schema=ReadSchema, status=200)
