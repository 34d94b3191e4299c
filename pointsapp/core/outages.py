"""Tell an outage of the database or the disk from a mistake of ours: the one says "come again", the other is a bug."""

from __future__ import annotations

import errno
import sqlite3

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

# PostgreSQL's classes: connection, resources (a full disk), intervention (shutting down, starting), the system below it.
_CLASSES = {"08", "53", "57", "58"}
_CANCELLED = "57014"  # a statement that ran too long is ours
_SQLITE = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN}
# A disk that is full, over its share, or took itself out of service; a file that reached the size limit.
_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO}
_PRIMARY = 0xFF  # SQLite's extended codes carry the primary one in their last byte


def outage(error: BaseException | None) -> str | None:
    """Return in a word why the database or the disk could not do what it was asked; None where the error is none of theirs."""
    if isinstance(error, NoConnectionFree):
        return "no connection free"
    if isinstance(error, DBAPIError):
        return "connection lost" if error.connection_invalidated else outage(error.orig)
    if isinstance(error, psycopg.OperationalError):
        state = error.sqlstate
        if state is None:
            return "connection lost"
        return state if state[:2] in _CLASSES and state != _CANCELLED else None
    if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & _PRIMARY in _SQLITE:
        return error.sqlite_errorname
    if isinstance(error, OSError) and error.errno in _DISK:
        return errno.errorcode[error.errno]
    return None
