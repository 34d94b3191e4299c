"""One moment for many statements: what a proof compares must all be of the same instant, however long it takes."""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

WORK_MEM, CACHE_KIB = "256MB", 131_072


def look_at_one_moment(session: Session) -> None:
    """Begin a read transaction whose statements all see this moment; what was open before is rolled back.

    On SQLite any read transaction is one. On PostgreSQL it is REPEATABLE READ; nobody waits for it, and it waits for nobody.
    A session inside somebody else's transaction sees what that one sees.
    """
    session.rollback()
    see_one_moment(session, ", READ ONLY")


def see_one_moment(session: Session, also: str = "") -> None:
    """Let all statements of the transaction that begins here see one moment; what was written since makes a write of the same row fail.

    Called before any other statement. On SQLite any transaction is like that.
    """
    bind = session.get_bind()
    if bind.dialect.name == "postgresql" and not isinstance(bind, Connection):
        session.execute(text(f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ{also}"))


def make_room(session: Session) -> None:
    """Give the statements of this transaction memory to add up whole tables: bounded, the rest goes to temporary files."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SET LOCAL work_mem = '{WORK_MEM}'"))
        session.execute(text("SET LOCAL max_parallel_workers_per_gather = 2"))
        session.execute(text("SET LOCAL jit = off"))
    else:
        session.execute(text(f"PRAGMA cache_size = -{CACHE_KIB}"))
