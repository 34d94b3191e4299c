"""What each sum of the boards must be, said once in SQL: a rebuild inserts it, a verification compares it.

A posting still in `unfolded_posting` belongs to no sum yet. That is asked in the same statement that adds up the books, so the
answer is right whatever is posted meanwhile, and a rebuild leaves the unfolded rows to the next fold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import TextClause, bindparam, func, select, text
from sqlalchemy.orm import Session

from pointsapp.boards import rules
from pointsapp.boards.policies import OWN_KINDS
from pointsapp.core import clock
from pointsapp.core.db import UTCDateTime
from pointsapp.ledger.models import Posting

_IS_FOLDED = """NOT EXISTS (
    SELECT 1 FROM unfolded_posting u WHERE u.entry_id = posting.entry_id AND u.number = posting.number)"""
_IS_SHOWN = "person.erased_at IS NULL AND person.off_rankings_since IS NULL"
_OWN_KINDS = ", ".join(f"'{kind.value}'" for kind in sorted(OWN_KINDS))


@dataclass(slots=True)
class Derived:
    """A table, the SQL it follows from, its key and figures, and which of its rows are compared."""

    table: str
    key: tuple[str, ...]
    figures: tuple[str, ...]
    query: str
    only: str
    binds: dict[str, Any] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.key, *self.figures)

    def statement(self, query: str) -> TextClause:
        """Return `query` with the values of the derivation bound."""
        made = text(query)
        return made.bindparams(
            *(
                bindparam(name, value, type_=UTCDateTime() if isinstance(value, datetime) else None)
                for name, value in self.binds.items()
                if f":{name}" in query
            )
        )


def derivations(session: Session, *, now: datetime) -> Iterator[Derived]:
    """Yield the sums in the order in which they follow from each other."""
    today = clock.local_day(now)
    yield _person_sums(today)
    yield _board_places(today)
    yield _board_steps(today)
    yield _home_sums(today)
    yield _book_sums(session, today)


def _list(keys: list[str]) -> str:
    return ", ".join(f"'{key}'" for key in keys)


def _person_sums(today: date) -> Derived:
    """One pass over the books, however many spans: each row is asked into which of them it falls."""
    sums, parts, binds = [], [], {}
    for number, span in enumerate(rules.kept_spans(today)):
        when = ""
        if span.first is not None and span.following is not None:
            binds[f"from_{number}"], binds[f"till_{number}"] = (
                clock.at_local(span.first),
                clock.at_local(span.following),
            )
            when = f" FILTER (WHERE posted_at >= :from_{number} AND posted_at < :till_{number})"
        sums.append(f"""COUNT(*){when} AS lines_{number},
            SUM(CASE WHEN unit = 'point' THEN signed ELSE 0 END){when} AS points_{number},
            SUM(CASE WHEN unit = 'minute' THEN signed ELSE 0 END){when} AS minutes_{number}""")
        parts.append(f"""
        SELECT person_id, '{span.key}' AS period, points_{number} AS points, minutes_{number} AS minutes
        FROM totals WHERE lines_{number} > 0""")
    return Derived(
        table="person_sum",
        key=("person_id", "period"),
        figures=("points", "minutes", "home_id"),
        query=f"""
        WITH totals AS MATERIALIZED (
            SELECT person_id, {", ".join(sums)}
            FROM (
                SELECT person_id, unit, posted_at, CASE flow WHEN 'issued' THEN amount ELSE -amount END AS signed
                FROM posting WHERE flow IN ('issued', 'reversed') AND person_id IS NOT NULL AND {_IS_FOLDED}
            ) earned GROUP BY person_id
        )
        SELECT earned.person_id, earned.period, CAST(earned.points AS BIGINT) AS points,
            CAST(earned.minutes AS BIGINT) AS minutes, person.home_area_id AS home_id
        FROM ({" UNION ALL ".join(parts)}) earned LEFT JOIN person ON person.id = earned.person_id""",
        only=f"""period IN ({_list([span.key for span in rules.kept_spans(today)])})
        AND person_id NOT IN (SELECT person_id FROM unfolded_person)""",
        binds=binds,
    )


def _board_places(today: date) -> Derived:
    ranked = _list([span.key for span in rules.spans_of(today)])
    return Derived(
        table="board_place",
        key=("person_id", "period", "area_id"),
        figures=("rank_key",),
        query=f"""
        WITH RECURSIVE up(id, above) AS (
            SELECT id, id FROM area
            UNION ALL
            SELECT up.id, area.parent_id FROM up JOIN area ON area.id = up.above WHERE area.parent_id IS NOT NULL
        )
        SELECT s.person_id, s.period, area.id AS area_id, -s.points AS rank_key
        FROM person_sum s JOIN person ON person.id = s.person_id JOIN up ON up.id = s.home_id
        JOIN area ON area.id = up.above
        WHERE s.points > 0 AND s.period IN ({ranked}) AND {_IS_SHOWN}
        AND (person.shows_on_rankings OR area.kind IN ({_OWN_KINDS}))
        UNION ALL
        SELECT s.person_id, s.period, {rules.EVERYWHERE}, -s.points
        FROM person_sum s JOIN person ON person.id = s.person_id
        WHERE s.points > 0 AND s.period IN ({ranked}) AND {_IS_SHOWN} AND person.shows_on_rankings""",
        only=f"period IN ({ranked}) AND person_id NOT IN (SELECT person_id FROM unfolded_person)",
    )


def _board_steps(today: date) -> Derived:
    ranked = _list([span.key for span in rules.spans_of(today)])
    parts = [
        f"""
        SELECT area_id, period, {width} AS width, -rank_key / {width} * {width} AS floor, COUNT(*) AS people
        FROM board_place WHERE period IN ({ranked}) GROUP BY area_id, period, -rank_key / {width} * {width}"""
        for width in rules.WIDTHS
    ]
    return Derived(
        table="board_step",
        key=("area_id", "period", "width", "floor"),
        figures=("people",),
        query=" UNION ALL ".join(parts),
        only=f"period IN ({ranked})",
    )


def _home_sums(today: date) -> Derived:
    months = _list([span.key for span in rules.kept_spans(today) if rules.is_month(span.key)])
    return Derived(
        table="home_sum",
        key=("period", "home_id"),
        figures=("earners", "helpers", "points", "minutes"),
        query=f"""
        SELECT period, home_id,
            SUM(CASE WHEN points > 0 THEN 1 ELSE 0 END) AS earners,
            SUM(CASE WHEN minutes > 0 THEN 1 ELSE 0 END) AS helpers,
            CAST(SUM(CASE WHEN points > 0 THEN points ELSE 0 END) AS BIGINT) AS points,
            CAST(SUM(CASE WHEN minutes > 0 THEN minutes ELSE 0 END) AS BIGINT) AS minutes
        FROM person_sum WHERE home_id IS NOT NULL AND period IN ({months}) AND (points > 0 OR minutes > 0)
        GROUP BY period, home_id""",
        only=f"period IN ({months}) AND (earners <> 0 OR helpers <> 0 OR points <> 0 OR minutes <> 0)",
    )


def _book_sums(session: Session, today: date) -> Derived:
    first, last = session.execute(select(func.min(Posting.posted_at), func.max(Posting.posted_at))).one()
    months = [rules.span_of("month", clock.local_day(first) if first else today)]
    end = max(clock.local_day(last) if last else today, today)
    while months[-1].following is not None and months[-1].following <= end:
        months.append(rules.span_of("month", months[-1].following))
    binds = {
        f"till_{number}": clock.at_local(month.following) for number, month in enumerate(months) if month.following
    }
    cases = " ".join(f"WHEN posted_at < :till_{number} THEN '{month.key}'" for number, month in enumerate(months))
    return Derived(
        table="book_sum",
        key=("month", "unit", "flow"),
        figures=("amount",),
        query=f"""
        SELECT month, unit, flow, CAST(SUM(amount) AS BIGINT) AS amount
        FROM (SELECT CASE {cases} END AS month, unit, flow, amount FROM posting WHERE {_IS_FOLDED}) dated
        GROUP BY month, unit, flow""",
        only="amount <> 0",
        binds=binds,
    )
