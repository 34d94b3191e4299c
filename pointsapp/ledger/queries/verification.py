"""The proof that the books balance: everything is re-derived from the postings, by the database, in flat memory.

It trusts neither the stored balances nor the stored meaning of a posting: accounts are told apart by their keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from pointsapp.core.snapshots import make_room
from pointsapp.ledger.models import Unit
from pointsapp.ledger.queries.proof import ARROWS, CHECKS, CLAIM_ID, MOST_NAMED, OWN

_PLACES = ("available", "minutes", "held", "spent", "donated", "lapsed")


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """`ok` only if nothing is wrong; `problems` names what is, at most a few of each kind."""

    ok: bool
    entries: int
    postings: int
    open_holds: int
    totals: dict[str, dict[str, int]]
    identity: dict[str, dict[str, int]]
    problems: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "problems": list(self.problems)}


@dataclass(slots=True)
class _Found:
    """What the passes over the postings say."""

    totals: dict[str, dict[str, int]] = field(default_factory=lambda: {unit.value: {} for unit in Unit})
    given: dict[str, tuple[int, int]] = field(default_factory=dict)
    postings: int = 0
    problems: list[str] = field(default_factory=list)


def verify(session: Session) -> VerifyReport:
    """Re-derive every balance from the postings and prove the identity.

    Every statement sees one moment only if the transaction does: `core.snapshots.look_at_one_moment` before it, or nobody writing.
    """
    make_room(session)
    found = _Found()
    for row in session.execute(_sql(ARROWS)):
        _take(found, *row)
    dialect = session.get_bind().dialect.name
    for what, *values in session.execute(_sql(OWN[dialect])):
        _take(found, what, *values)
    claim_id = CLAIM_ID[dialect]
    problems = found.problems
    problems += [line for what, query in CHECKS for line in _named(session, what, query.replace("CLAIM_ID", claim_id))]
    identity: dict[str, dict[str, int]] = {}
    for unit, places in found.totals.items():
        if sum(places.values()) != 0:
            problems.append(f"the accounts in {unit} do not sum to zero: {sum(places.values())}")
        issued, back = found.given.get(unit, (0, 0))
        at = {place: places.get(place, 0) for place in _PLACES}
        identity[unit] = {"issued": issued, "reversed": back, **at}
        if issued - back != sum(at.values()):
            problems.append(
                f"issued less reversed in {unit} is {issued - back}, but {sum(at.values())} is accounted for"
            )
    count = "SELECT (SELECT COUNT(*) FROM entry), (SELECT COUNT(*) FROM hold WHERE state = 'open')"
    entries, open_holds = session.execute(_sql(count)).one()
    return VerifyReport(
        ok=not problems,
        entries=entries,
        postings=found.postings,
        open_holds=open_holds,
        totals=found.totals,
        identity=identity,
        problems=tuple(problems),
    )


def _take(found: _Found, what: str, *values: str | None) -> None:
    """Put one row of ARROWS or OWN where it belongs."""
    first, second, third = values
    if what == "total":
        found.totals.setdefault(str(first), {})[str(second)] = int(third or 0)
    elif what == "given":
        found.given[str(first)] = int(second or 0), int(third or 0)
    elif what == "postings":
        found.postings = int(first or 0)
    else:
        found.problems.append(f"{what}: {', '.join(value for value in values if value is not None)}")


def _named(session: Session, what: str, query: str) -> Iterator[str]:
    for row in session.execute(_sql(f"{query} LIMIT {MOST_NAMED}")):
        yield f"{what}: {', '.join(str(part) for part in row)}"


def _sql(query: str) -> TextClause:
    return text(query.replace(":", r"\:"))  # the colons are parts of account keys, not places for values
