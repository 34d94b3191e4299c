"""What a draft version would change in the round that runs now: the same work and the same assessments, scored by both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from pointsapp.stars.messages import speaks_english
from pointsapp.stars.queries.branches import BranchRow
from pointsapp.stars.queries.drafts import Draft
from pointsapp.stars.queries.rounds import RoundRow, newest_round, open_rounds
from pointsapp.stars.queries.showing import in_tiers, shows_ranks
from pointsapp.stars.queries.standings import Entry, Standing, entries, placed
from pointsapp.stars.rules.scheme import Scheme, Source

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One branch under the rules of the round (`before`) and under the draft (`after`); a rank counts only where ranks are shown."""

    before: Standing
    after: Standing
    has_ranks: bool = True

    @property
    def branch(self) -> BranchRow:
        return self.after.branch

    @property
    def is_same(self) -> bool:
        return self.outline(self.before) == self.outline(self.after)

    def outline(self, row: Standing) -> tuple[int, int, int, str | None]:
        return row.rank if self.has_ranks else 0, row.score.total, row.score.lit_stars, row.score.tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """`round` is None where none runs. `rows` stand in the draft's order, or where no ranks are shown, tier by tier.

    `unassessed` are indicators which only the draft has and people must score: they count as 0 here. `cut` are those where a given
    score is above the draft's maximum and counts as that maximum.
    """

    round: RoundRow | None
    scheme: Scheme
    rows: tuple[Change, ...] = ()
    unassessed: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    has_ranks: bool = True

    @property
    def changed(self) -> int:
        """Return for how many branches something would change."""
        return sum(not row.is_same for row in self.rows)

    def shown(self, most: int = MOST_SHOWN) -> tuple[Change, ...]:
        """Return at most `most` rows: where there are more, those that would change go first."""
        if len(self.rows) <= most:
            return self.rows
        return tuple(sorted(self.rows, key=lambda row: row.is_same)[:most])


def preview(session: Session, draft: Draft, *, now: datetime) -> Preview:
    """Score the current round of the draft's scheme (of another scheme, if it has none) under the draft; change nothing."""
    scheme = draft.scheme(english=speaks_english())
    own = [found for found in open_rounds(session) if found.scheme.code == draft.code]
    found = own[-1] if own else newest_round(session, now=now)
    has_ranks = shows_ranks(session, now=now)
    if found is None:
        return Preview(round=None, scheme=scheme, has_ranks=has_ranks)
    elapsed, rows = found.elapsed(now), entries(session, found, now=now)
    before = {row.branch.id: row for row in placed(found.scheme, rows, elapsed)}
    after = placed(scheme, [_aiming(row, found.scheme, scheme) for row in rows], elapsed)
    shown = after if has_ranks else in_tiers(scheme, after)
    by_hand = [one for one in scheme.indicators if one.source is Source.ASSESSED]
    return Preview(
        round=found,
        scheme=scheme,
        rows=tuple(Change(before=before[row.branch.id], after=row, has_ranks=has_ranks) for row in shown),
        unassessed=tuple(one.name for one in by_hand if found.scheme.indicator(one.key) is None),
        cut=tuple(one.name for one in by_hand if any(row.given.get(one.key, 0) > one.most for row in rows)),
        has_ranks=has_ranks,
    )


def _aiming(row: Entry, old: Scheme, new: Scheme) -> Entry:
    """A branch could not say whether it aims for a star that there was not yet: it is taken to."""
    if row.aims is None:
        return row
    known = {star.key for star in old.stars}
    fresh = [star.key for star in new.stars if star.key not in known]
    return replace(row, aims=(*row.aims, *fresh))
