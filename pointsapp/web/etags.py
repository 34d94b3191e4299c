"""What has not changed is not sent again: an ETag over the answer, and 304 to whoever has it already.

Hung onto the blueprints that show the same to many readers again and again: boards and standings.
"""

from __future__ import annotations

from hashlib import blake2b

from flask import Response, g, request, session
from flask_wtf.csrf import generate_csrf

from pointsapp.web.api import API_ROOT


def mark_of(body: bytes) -> str:
    """Return what an answer's ETag says of its body."""
    return blake2b(body, digest_size=16).hexdigest()


def conditional(response: Response) -> Response:
    """Give a GET's answer its ETag and answer 304 where the reader's is the same.

    A page of somebody signed in is not to be stored (a phone is shared), so it has none. A guest's page carries a CSRF token that
    reads differently every second but is good for the whole session: the session's own secret stands for it, hence a weak tag.
    """
    if request.method not in ("GET", "HEAD") or response.status_code != 200 or response.is_streamed:
        return response
    is_api = request.path.startswith(API_ROOT)
    if is_api:
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.vary.add("Authorization")
        response.vary.add("Accept-Language")
    elif g.get("actor"):
        return response
    body = response.get_data()
    if "csrf_token" in g:
        body = body.replace(generate_csrf().encode(), str(session.get("csrf_token")).encode())
    response.set_etag(mark_of(body), weak=not is_api)
    response.make_conditional(request)
    return response
