"""`@may_lag`: a public page whose guests are content with the state of a second ago reads from the replica, if there is one.

Only guests: whoever is signed in may have just written, and reads what they wrote. Only lists and boards: a link that somebody was
given a moment ago never answers "not found" because a copy has not heard of it yet.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, current_app, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

from pointsapp.core.db import db
from pointsapp.core.replicas import reading_replica
from pointsapp.web.login import current_actor
from pointsapp.web.metrics import AT_PRIMARY

View = TypeVar("View", bound=Callable[..., Any])
ASKED_AGAIN_AFTER_S = 5.0  # a lost replica costs one reader in five seconds a try, not every reader
_MARK = "may_lag"
_KEY = "pointsapp.replica"
_READ_ONLY = "25006"  # a write that the database refused: a bug, not a lost replica
log = logging.getLogger(__name__)


class Replica:
    """What this process believes of the replica: it answers, or it was lost and is left alone for a while."""

    def __init__(self) -> None:
        self._lost_until: float | None = None

    def is_asked(self) -> bool:
        """Tell whether to ask it now. After a loss one reader tries while the others go on at the primary."""
        moment = time.monotonic()
        if self._lost_until is None:
            return True
        if moment < self._lost_until:
            return False
        self._lost_until = moment + ASKED_AGAIN_AFTER_S
        return True

    def answered(self) -> None:
        if self._lost_until is not None:
            self._lost_until = None
            log.info("replica is back")

    def lost(self, error: Exception) -> None:
        self._lost_until = time.monotonic() + ASKED_AGAIN_AFTER_S
        log.warning("replica lost, asking the primary", extra={"reason": type(error).__name__})


def init_replica(app: Flask) -> None:
    """Let views marked `@may_lag` use the replica."""
    app.extensions[_KEY] = Replica()


def may_lag(view: View) -> View:
    """Let guests read this GET page from the replica; if it fails there, run it again at the primary. It must only read."""

    @wraps(view)
    def read(*args: Any, **kw: Any) -> Any:
        replica: Replica | None = current_app.extensions.get(_KEY)
        if replica is None or request.method not in ("GET", "HEAD") or current_actor():
            return view(*args, **kw)
        if not replica.is_asked():
            AT_PRIMARY.inc()
            return view(*args, **kw)
        try:
            with reading_replica(db.session):
                answer = view(*args, **kw)
        except (DBAPIError, NoConnection) as error:
            if getattr(getattr(error, "orig", None), "sqlstate", None) == _READ_ONLY:
                raise
            replica.lost(error)
            AT_PRIMARY.inc()
            return view(*args, **kw)
        replica.answered()
        return answer

    setattr(read, _MARK, True)
    return read  # type: ignore[return-value]


def is_lagging_view(app: Flask, endpoint: str) -> bool:
    """Tell whether guests of `endpoint` may be shown the replica's state."""
    return bool(getattr(app.view_functions[endpoint], _MARK, False))
