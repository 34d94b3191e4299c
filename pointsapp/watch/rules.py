"""Pure decisions of watch: what becomes of a case that was found, given what is known of its rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

RowKey = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The anomaly that a row stands in already."""

    anomaly_id: int
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Which rows are new, and the open anomaly they join (None: they make a new one). No new rows: nothing is to be written."""

    fresh: tuple[RowKey, ...]
    joins: int | None


def place(rows: Collection[RowKey], known: Mapping[RowKey, Known], least: int) -> Placement:
    """Decide where the rows of a found case go.

    They join the open case that holds some of them. Where all known ones were decided about, only what came after counts: it must
    make a case by itself, so that a decision is not asked for again by one more row.
    """
    fresh = tuple(row for row in rows if row not in known)
    still_open = sorted({known[row].anomaly_id for row in rows if row in known and known[row].is_open})
    if still_open:
        return Placement(fresh=fresh, joins=still_open[0])
    return Placement(fresh=fresh if len(fresh) >= least else (), joins=None)
