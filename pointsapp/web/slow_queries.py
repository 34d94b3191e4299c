"""The slow-query log: which statement took long, in which route or job. Its parameters are never written: they are people's."""

from __future__ import annotations

import logging
import time
from typing import Any

from flask import has_request_context
from sqlalchemy import Engine, event

from pointsapp.core.jobs import running_job
from pointsapp.web.journal import route_of_request

log = logging.getLogger("pointsapp.slow_query")
_MOST_TEXT = 2000


def watch_queries(engine: Engine, threshold_ms: int) -> None:
    """Log every statement of `engine` that takes at least `threshold_ms`."""
    threshold_s = threshold_ms / 1000

    @event.listens_for(engine, "before_cursor_execute")
    def begin(_connection: Any, _cursor: Any, _statement: str, _given: Any, context: Any, _many: bool) -> None:
        if context is not None:
            context.began = time.perf_counter()

    @event.listens_for(engine, "after_cursor_execute")
    def end(_connection: Any, cursor: Any, statement: str, _given: Any, context: Any, _many: bool) -> None:
        began = getattr(context, "began", None)
        if began is None or (passed := time.perf_counter() - began) < threshold_s:
            return
        log.warning(
            "slow query",
            extra={
                "statement": " ".join(statement.split())[:_MOST_TEXT],
                "ms": round(passed * 1000, 1),
                "rows": cursor.rowcount if cursor is not None else None,
                "route": route_of_request() if has_request_context() else None,
                "job": running_job.get(),
            },
        )
