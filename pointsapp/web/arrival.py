"""A request is taken on only when its body has come: a slow phone waits on its own time, not in a place that another could use.

The server reads a body when it is asked for, and waits as long as the line is silent: eight phones that went out of reach while they
sent a photograph would hold all places of a process. So bodies are read before the gate, only so many at once. How long a line may be
silent is for the proxy to say (docs/operations.md): nobody but the server can end a read.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from threading import BoundedSemaphore
from typing import Any, NoReturn

from flask import Flask

from pointsapp.core.errors import Overloaded
from pointsapp.web.errors import RETRY_AFTER_S
from pointsapp.web.security import MAX_BODY, MAX_JSON

AT_ONCE = 16  # bodies on their way to one process
A_MOMENT_S = 0.1  # a crowd's bodies are there at once, so one is soon free; who then still holds all of them is slow
PIECE = 64 * 1024  # what stays in memory; the rest of a photograph goes through a temporary file


class _Unread:
    """The body of one too many: whoever asks for it hears why it is not here, and when to come again."""

    def read(self, *_size: int) -> NoReturn:
        raise Overloaded(retry_after=RETRY_AFTER_S)

    readline = readlines = __iter__ = read


class Arrival:
    """WSGI middleware around the gate."""

    def __init__(self, app: Flask) -> None:
        self._inner, self._free = app.wsgi_app, BoundedSemaphore(AT_ONCE)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or ""
        most = MAX_JSON if environ.get("PATH_INFO", "").startswith("/api/") else MAX_BODY
        left = int(length) if length.isdigit() else most + 1 if "HTTP_TRANSFER_ENCODING" in environ else 0
        if left == 0 or (length and left > most):  # none, or one that is refused unread
            return self._inner(environ, start_response)
        if not self._free.acquire(timeout=A_MOMENT_S):
            environ["wsgi.input"] = _Unread()
            return self._inner(environ, start_response)
        # A body that is shorter than was said is found out by whoever reads it (400), as if the line broke there.
        with tempfile.SpooledTemporaryFile(PIECE) as body:
            try:
                while left and (piece := environ["wsgi.input"].read(min(left, PIECE))):
                    body.write(piece)
                    left -= len(piece)
                body.seek(0)
                environ["wsgi.input"] = body
            except OSError:  # no room for a temporary file
                environ["wsgi.input"] = _Unread()
            finally:
                self._free.release()
            return self._inner(environ, start_response)


def with_arrival(app: Flask) -> Flask:
    """Put the reading of bodies before `app` and its gate."""
    app.wsgi_app = Arrival(app)  # type: ignore[method-assign]
    return app
