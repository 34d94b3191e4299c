"""The one place that commits. A service runs inside `write()`; nothing else in the house calls commit.

After a deadlock, a lock timeout, an IntegrityError or a `StateChanged` the work is rolled back and judged again, so the
second look sees the true state and the refusal carries the true reason. That is safe because services touch nothing
outside the database.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from pointsapp.core.db import db
from pointsapp.core.errors import Refused, StateChanged
from pointsapp.core.modes import writing

P = ParamSpec("P")
T = TypeVar("T")

ATTEMPTS = 6
_AFTER = "after_commit"
# Serialisation, deadlock, lock not available; a prepared statement that is gone, or whose tables were altered.
_RETRY_SQLSTATES = {"40001", "40P01", "55P03", "26000", "0A000"}
log = logging.getLogger(__name__)
# Told the reason of each second look; web/metrics.py counts them.
on_retry: Callable[[str], None] = lambda _reason: None  # noqa: E731


def write(fn: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `fn(session, …)` in one transaction and return what it returns.

    Raises the fn's own Refusal after rolling back. A `Refused` receipt commits what was written and then raises its reason.
    The last attempt's error surfaces: a constraint that still fails after a second look is a bug, not a "please retry".
    """
    if writing.get():
        raise RuntimeError("write() inside write(): a service must call services, not open its own transaction")
    session = db.session
    for attempt in range(1, ATTEMPTS + 1):
        session.rollback()  # ends the read transaction: the look and the write must be one
        token = writing.set(True)
        is_judged = False
        try:
            receipt = fn(session, *args, **kwargs)  # type: ignore[arg-type]
            is_judged = True
            session.commit()
        except Exception as error:
            session.rollback()
            session.info.pop(_AFTER, None)
            if attempt == ATTEMPTS or not _worth_another_look(error, may_have_committed=is_judged):
                raise
            on_retry(type(error).__name__)
            log.info("write retried", extra={"attempt": attempt, "reason": type(error).__name__})
        else:
            _run_after_commit(session)  # type: ignore[arg-type]
            if isinstance(receipt, Refused):
                raise receipt.reason
            return receipt
        finally:
            writing.reset(token)
        time.sleep(random.uniform(0.002, 0.02) * attempt)  # noqa: S311 - jitter, not a secret
    raise AssertionError("unreachable")


def after_commit(session: Session, fn: Callable[[], None]) -> None:
    """Call `fn` once the running write has committed; its failure is logged and changes nothing."""
    session.info.setdefault(_AFTER, []).append(fn)


def _worth_another_look(error: Exception, *, may_have_committed: bool) -> bool:
    if isinstance(error, StateChanged | IntegrityError):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return (
            not may_have_committed
        )  # cut before the commit, nothing stands; afterwards only the caller's key can tell
    if isinstance(error, OperationalError) and "locked" in str(error.orig):
        return True
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _RETRY_SQLSTATES


def _run_after_commit(session: Session) -> None:
    for fn in session.info.pop(_AFTER, []):
        try:
            fn()
        except Exception:
            log.exception("after-commit work failed")
