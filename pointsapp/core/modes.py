"""What the running context has come for: to write, or to read what may lag. Never both: `core.replicas` refuses it."""

from __future__ import annotations

from contextvars import ContextVar

# True while `write()` runs: SQLite then opens with BEGIN IMMEDIATE, so that no read lock is ever upgraded.
writing: ContextVar[bool] = ContextVar("writing", default=False)

# True inside `reading_replica`: the session then asks the replica.
lagging: ContextVar[bool] = ContextVar("lagging", default=False)
