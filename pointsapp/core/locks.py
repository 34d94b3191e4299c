"""Named locks that end with the transaction, for what no single row can guard (one person's time, one account's lots).

On SQLite `write()` already holds the only write lock. On PostgreSQL these are transaction-level advisory locks, each kind in a
number space of its own; take several in sorted order.
"""

from __future__ import annotations

from enum import IntEnum, unique

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.core.drivers import driver


@unique  # two kinds with one number would wait for each other
class LockKind(IntEnum):
    PERSON_TIME = 1  # sign-ups and accepted minutes of one person
    MERCHANT_MONTH = 2
    ROUND = 3
    ONWARD = 4  # rows are taken out for the official system once
    TASK_RESERVE = 6  # shared by whoever comes to a task, alone for whoever gives back what is left of its points
    PERSON_VOUCHERS = 5  # a person's limit of one offer
    SHIFT_QUEUE = 8  # who gives a place back looks for the first in the queue one after another
    SEAL = 7  # only one worker seals
    BOARDS = 9  # one folds at a time
    STANDINGS = 10
    WATCH = 34
    STATISTICS = 37
    FEEDBACK = 33  # how much one person, or guests together (0), have said
    DEEDS = 39  # how much one person has handed in today
    DEED_POT = 40  # the month's pot of one area
    MEDALS = 41  # only one worker awards
    GIFTS = 21  # what one person gave and was given this month


_SPACE = 2**40


def lock(session: Session, kind: LockKind, *ids: int) -> None:
    """Wait for the lock on each id, smallest first; it is given back at commit or roll-back."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for number in sorted(set(ids)):
        driver(session).order(f"SELECT pg_advisory_xact_lock({kind * _SPACE + number:d})")


def share(session: Session, kind: LockKind, number: int) -> None:
    """Wait until nobody holds the lock alone, then hold it beside others: any number of sharers never wait for each other."""
    if session.get_bind().dialect.name != "postgresql":
        return
    driver(session).order(f"SELECT pg_advisory_xact_lock_shared({kind * _SPACE + number:d})")


def try_lock(session: Session, kind: LockKind, number: int) -> bool:
    """Take the lock on one id if it is free, without waiting: for code that already holds a row others wait for."""
    if session.get_bind().dialect.name != "postgresql":
        return True
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(kind * _SPACE + number))))
