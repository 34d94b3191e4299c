"""Many hands at the same moment: how every race test starts its threads and names what came of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

from flask import has_app_context

from pointsapp.core.db import db
from pointsapp.core.errors import Refusal
from tests.databases import Clone

PATIENCE_S = 60
BETWEEN_S = 0.002  # how long one who works beside the others rests


def done_or_repeat(receipt: Any) -> str:
    """Name an accepted act: the first time it is done, from then on it is a repeat."""
    return "repeat" if getattr(receipt, "is_repeat", False) else "done"


def at_once(
    live: Clone, acts: Sequence[Callable[[], Any]], outcome: Callable[[Any], str] = done_or_repeat
) -> list[str]:
    """Run all acts at the same moment, each in a thread of its own; return what each came to, in order.

    A refusal is named by its code, anything else by its repr: no error is swallowed, it only cannot equal what is expected.
    """
    gate = Barrier(len(acts), timeout=PATIENCE_S)

    def one(act: Callable[[], Any]) -> str:
        with live.app.app_context():
            gate.wait()
            try:
                return outcome(act())
            except Refusal as refusal:
                return refusal.code
            except Exception as error:
                return repr(error)
            finally:
                db.session.remove()

    if has_app_context():
        db.session.rollback()  # a snapshot left open here would not see what the threads commit
    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(one, acts))


def while_working(live: Clone, acts: Sequence[Callable[[], Any]], beside: Sequence[Callable[[], Any]]) -> None:
    """Run all acts to their end, each in a thread of its own, while each of `beside` runs again and again; the first error is raised."""
    over = Event()

    def one(act: Callable[[], Any]) -> None:
        with live.app.app_context():
            try:
                act()
            finally:
                db.session.remove()

    def again(act: Callable[[], Any]) -> None:
        while not over.is_set():
            act()
            over.wait(BETWEEN_S)

    with ThreadPoolExecutor(len(acts) + len(beside)) as threads:
        running = [threads.submit(one, lambda act=act: again(act)) for act in beside]  # type: ignore[misc]
        working = [threads.submit(one, act) for act in acts]
        try:
            for each in working:
                each.result()
        finally:
            over.set()
        for each in running:
            each.result()
