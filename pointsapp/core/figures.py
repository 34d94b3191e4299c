"""Figures about the running system: what the worker measured last, kept as rows so that any machine can show them.

A figure is a number with a name and labels, overwritten with each measurement; nobody was promised an old one. The backlog of event
deliveries is counted when asked, because it matters most when no worker is there to count it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Float, String, func, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from pointsapp.core.db import Base, instant, table_of
from pointsapp.core.events import MAX_TRIES, EventDelivery

SLOW_S = 0.25  # what the worker counts quicker than this, a reader counts for itself
COUNTED_AT_MOST = 100_000  # a longer backlog is shown as this: counting must stay cheap when things are worst


class Figure(Base):
    """The last measurement of one number; `label` is "key=value,key=value" in a fixed order, empty without labels."""

    __tablename__ = "figure"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    label: Mapped[str] = mapped_column(String(120), primary_key=True, default="")
    value: Mapped[float] = mapped_column(Float(53))
    at: Mapped[instant]


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """`labels` as pairs; `at` is when the number was true."""

    name: str
    labels: tuple[tuple[str, str], ...]
    value: float
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """Deliveries that wait (at most COUNTED_AT_MOST), how long the oldest due one has waited, and those given up."""

    waiting: int
    lag_seconds: float
    failed: int


def put_figures(session: Session, name: str, values: Mapping[str, float] | Mapping[str, int], *, now: datetime) -> None:
    """Overwrite the figures of `name`: label text -> value."""
    table = table_of(Figure)
    insert = insert_postgresql if session.get_bind().dialect.name == "postgresql" else insert_sqlite
    for label, value in sorted(values.items()):
        statement = insert(table).values(name=name, label=label, value=value, at=now)
        fresh = {"value": statement.excluded.value, "at": statement.excluded.at}
        session.execute(statement.on_conflict_do_update(index_elements=["name", "label"], set_=fresh))


def measure(
    session: Session,
    name: str,
    took: str,
    look: Callable[[Session], Mapping[str, int]],
    *,
    now: datetime,
    rest_per_work: int,
) -> None:
    """Put what `look` finds under `name` and its seconds under `took`; rest first for `rest_per_work` times the last seconds."""
    last = session.execute(select(Figure.value, Figure.at).where(Figure.name == took)).one_or_none()
    if last is not None and now - last.at < timedelta(seconds=last.value * rest_per_work):
        return
    began = time.perf_counter()
    put_figures(session, name, look(session), now=now)
    put_figures(session, took, {"": time.perf_counter() - began}, now=now)


def kept(session: Session, name: str, took: str) -> dict[str, float] | None:
    """Return the last measurement of `name` by label, where counting took the worker long; None: whoever asks may count.

    A street sees every figure as it is now; a city sees sums over millions of rows as they were some minutes ago.
    """
    rows = session.execute(select(Figure.name, Figure.label, Figure.value).where(Figure.name.in_((name, took)))).all()
    if not any(row.name == took and row.value > SLOW_S for row in rows):
        return None
    return {row.label: row.value for row in rows if row.name == name}


def all_figures(session: Session) -> tuple[FigureRow, ...]:
    """Return every figure's last measurement."""
    rows = session.execute(
        select(Figure.name, Figure.label, Figure.value, Figure.at).order_by(Figure.name, Figure.label)
    )
    return tuple(FigureRow(name=name, labels=_pairs(label), value=value, at=at) for name, label, value, at in rows)


def _pairs(label: str) -> tuple[tuple[str, str], ...]:
    parts = [part.partition("=") for part in label.split(",") if part]
    return tuple((key, value) for key, _, value in parts)


def event_backlog(session: Session, *, now: datetime) -> Backlog:
    """Look how far event delivery is behind: along the index of what is open, with a bound."""
    open_ones = EventDelivery.done_at.is_(None)
    some = select(EventDelivery.tries, EventDelivery.due_at).where(open_ones).limit(COUNTED_AT_MOST).subquery()
    waiting, failed = session.execute(
        select(
            func.count().filter(some.c.tries < MAX_TRIES),
            func.count().filter(some.c.tries >= MAX_TRIES),
        )
    ).one()
    oldest = session.scalar(
        select(func.min(EventDelivery.due_at)).where(
            open_ones, EventDelivery.due_at <= now, EventDelivery.tries < MAX_TRIES
        )
    )
    return Backlog(
        waiting=waiting, failed=failed, lag_seconds=max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
    )
