"""Standings kept ready for all who look: a board, a wall, a list and a branch's page of one round share what one of them worked out.

Kept per process and at most two seconds old (core/kept.py). They are made anew from the last ones: read and scored again is only what
changed (queries/inputs.py), and who stands as before is the same object, of which pages keep what they drew. So a page costs what it
shows, not what the city holds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from fractions import Fraction
from functools import cached_property
from operator import is_

from sqlalchemy.orm import Session

from pointsapp.core import kept
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.stars.messages import speaks_english
from pointsapp.stars.models import RoundState
from pointsapp.stars.queries.editions import newest_edition
from pointsapp.stars.queries.inputs import Inputs, read_inputs
from pointsapp.stars.queries.rounds import RoundRow
from pointsapp.stars.queries.standings import (
    Entry,
    Standing,
    day_before,
    entries,
    moved,
    placed,
    scored,
    stood_on,
    stored_standings,
    with_movement,
)
from pointsapp.stars.rules.figures import Gap
from pointsapp.stars.rules.scheme import Scheme
from pointsapp.stars.rules.score import BranchScore

ON_A_PAGE = 50


# No slots: what is looked up or added up is kept beside the rows.
@dataclass(frozen=True, kw_only=True)
class Ready:
    """All branches of a round, best first, with their movement; `inputs` is what each was scored by, under `scheme` at `elapsed`."""

    rows: tuple[Standing, ...]
    inputs: Mapping[int, Entry]
    scheme: Scheme
    elapsed: Fraction
    edition: int = 0  # of a closed round: the number of the stored edition that these are

    @property
    def branches(self) -> int:
        return len(self.rows)

    @cached_property
    def lit_stars(self) -> int:
        return sum(row.score.lit_stars for row in self.rows)

    @cached_property
    def waiting(self) -> Mapping[int, int]:
        """Return branch -> how many indicators nobody has assessed yet."""
        return {
            row.branch.id: sum(one.gap is Gap.NOT_ASSESSED for star in row.score.stars for one in star.indicators)
            for row in self.rows
        }

    @cached_property
    def by_branch(self) -> Mapping[int, Standing]:
        return {row.branch.id: row for row in self.rows}

    @cached_property
    def _keys(self) -> list[tuple[int, str]]:
        return [place_key(row) for row in self.rows]

    def page(self, page: PageRequest) -> Page[Standing]:
        """Return the branches behind the place `page.after` (rank, code), best first."""
        start = bisect_right(self._keys, page.after) if page.after else 0
        return cut(self.rows[start : start + page.limit + 1], page.limit, place_key)


def place_key(row: Standing) -> tuple[int, str]:
    """Return what names a place on a board: its rank, then the branch's code."""
    return row.rank, row.branch.code


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """Standings with what the next ones are made from; `stood` is rank and total by branch in the snapshot until `since`."""

    ready: Ready
    inputs: Inputs | None = None
    since: date | None = None
    stood: Mapping[int, tuple[int, int]] = field(default_factory=dict)


_made: kept.Kept[_Made] = kept.Kept(most=16)  # rounds and languages; a city's round is some megabytes
_alone: kept.Kept[BranchScore] = kept.Kept(most=256)


def ready(session: Session, found: RoundRow, *, now: datetime) -> Ready:
    """Return the standings of the round, at most two seconds old."""
    return _ready_or_new(session, found, now)[0].ready


def _ready_or_new(session: Session, found: RoundRow, now: datetime) -> tuple[_Made, bool]:
    """Return the standings, and whether they were read just now, for whoever asks here."""
    key, news = _key(found), []

    def make() -> _Made:
        news.append(True)
        return _make(session, found, _made.last(key), now)

    return _made.get(key, make), bool(news)


def _key(found: RoundRow) -> tuple[str, str, bool]:
    return found.public_id, found.state.value, speaks_english()


def _make(session: Session, found: RoundRow, last: _Made | None, now: datetime) -> _Made:
    elapsed = found.elapsed(now)
    edition = newest_edition(session, found) if found.state is RoundState.CLOSED else 0
    if edition and last is not None and last.ready.edition == edition:
        return last  # what is frozen stays as it was read, until a correction stands beside it
    stored = stored_standings(session, found, edition) if edition else None
    if stored is not None:
        rows = tuple(with_movement(session, found, stored, now=now))
        return _Made(ready=Ready(rows=rows, inputs={}, scheme=found.scheme, elapsed=elapsed, edition=edition))
    inputs = read_inputs(session, found, None if last is None else last.inputs, now=now)
    since = day_before(found, now)
    is_known = last is not None and last.since == since
    stood = last.stood if last is not None and is_known else stood_on(session, found, since)
    is_alike = last is not None and (last.ready.scheme, last.ready.elapsed) == (found.scheme, elapsed)
    if last is not None and is_alike and is_known and last.inputs is not None and _are(inputs, last.inputs):
        return replace(last, inputs=inputs)
    made = _stand(found.scheme, inputs.entries, elapsed, stood, last.ready if last is not None and is_alike else None)
    return _Made(ready=made, inputs=inputs, since=since, stood=stood)


def _are(inputs: Inputs, before: Inputs) -> bool:
    """Tell whether not a single entry is another object."""
    same = inputs.entries.keys() == before.entries.keys()
    return same and all(row is before.entries[key] for key, row in inputs.entries.items())


def _stand(
    scheme: Scheme,
    entries: Mapping[int, Entry],
    elapsed: Fraction,
    stood: Mapping[int, tuple[int, int]],
    last: Ready | None,
) -> Ready:
    """Return the standings; `last` itself where they would be the same, and its rows for all that stand as they stood."""
    known: dict[int, BranchScore] = {}
    if last is not None:
        same = (key for key, row in entries.items() if _is_same(row, last.inputs.get(key)))
        known = {key: last.by_branch[key].score for key in same}
    rows = tuple(moved(placed(scheme, entries.values(), elapsed, known), stood))
    if last is not None:
        before = last.by_branch
        rows = tuple(old if (old := before.get(row.branch.id)) == row else row for row in rows)
        if len(rows) == len(last.rows) and all(map(is_, rows, last.rows)):
            return last
    return Ready(rows=rows, inputs=entries, scheme=scheme, elapsed=elapsed)


def _is_same(row: Entry, before: Entry | None) -> bool:
    return row is before or (
        before is not None and (row.tally, row.given, row.aims) == (before.tally, before.given, before.aims)
    )


def score_beside(session: Session, found: RoundRow, branch_id: int, public_id: str, *, now: datetime) -> BranchScore:
    """Return what a branch scores in another round than the one that is looked at and that has no edition, at most two seconds old.

    Of the round's standings where they are kept at the moment; else reckoned of this branch alone, unless a tier has a quota: who gets
    that is only known among all.
    """
    made = _made.peek(_key(found))
    if made is None and not any(tier.quota for tier in found.scheme.tiers):
        return _alone.get((_key(found), branch_id), lambda: _reckoned(session, found, public_id, now))
    return (ready(session, found, now=now) if made is None else made.ready).by_branch[branch_id].score


def _reckoned(session: Session, found: RoundRow, public_id: str, now: datetime) -> BranchScore:
    (own,) = entries(session, found, now=now, only=public_id)
    return scored(found.scheme, own, found.elapsed(now))


def one_standing(
    session: Session, found: RoundRow | None, branch_id: str, *, now: datetime, is_guest: bool = False
) -> tuple[RoundRow, Standing]:
    """Return the round and where the branch with this id or code stands in it; NotFound when it takes no part.

    The branch itself is read anew, so that who has just changed something sees it; the others may be two seconds old. A guest can have
    changed nothing and is shown what everybody is shown.
    """
    if found is None:
        raise NotFound()
    if kept.life_s() <= 0 or found.state is RoundState.CLOSED:
        row = next((row for row in ready(session, found, now=now).rows if _is_called(row, branch_id)), None)
        if row is None:
            raise NotFound()
        return found, row
    made, is_new = _ready_or_new(session, found, now)
    known = next((row for row in made.ready.rows if _is_called(row, branch_id)), None)
    is_of_now = is_new and made.inputs is not None and known is not None and known.branch.id not in made.inputs.late
    if known is not None and (is_guest or is_of_now):
        return found, known
    own = entries(session, found, now=now, only=branch_id)
    if not own:
        raise NotFound()
    return found, _among(made.ready, own[0], found)


def _is_called(row: Standing, branch_id: str) -> bool:
    return branch_id in (row.branch.public_id, row.branch.code)


def _among(others: Ready, own: Entry, found: RoundRow) -> Standing:
    """Return where `own` stands among the others as they are kept."""
    key = own.branch.id
    before = others.by_branch.get(key)
    if before is not None and _is_same(own, others.inputs[key]):
        return before
    known = {row.branch.id: row.score for row in others.rows if row.branch.id != key}
    rows = {**others.inputs, key: own}
    known[key] = scored(found.scheme, own, others.elapsed)
    now_is = next(row for row in placed(found.scheme, rows.values(), others.elapsed, known) if row.branch.id == key)
    if before is None or before.movement is None or before.gained is None:
        return now_is
    gained = before.gained + now_is.score.total - before.score.total
    return replace(now_is, movement=before.movement + before.rank - now_is.rank, gained=gained)
