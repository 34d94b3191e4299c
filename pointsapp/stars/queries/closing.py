"""The closing page: what is unfinished in a round, and how much it could still change.

Other features say what waits with them (core/unfinished.py). Effects are bounds: a person who may already be counted is taken for a
new one, and a better tier is told by its conditions alone, whether or not it has room.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import ids_in
from pointsapp.core.unfinished import Unfinished
from pointsapp.stars.messages.rounds import WAITING
from pointsapp.stars.models import Membership, RoundState
from pointsapp.stars.queries.branches import BranchRow
from pointsapp.stars.queries.metrics import ATTENDANCE, Tally, values_of
from pointsapp.stars.queries.objections import open_objections
from pointsapp.stars.queries.rounds import RoundRow
from pointsapp.stars.queries.standings import Standing, standings
from pointsapp.stars.queries.waiting import listed, pages
from pointsapp.stars.rules.errata import OVER, figures_of
from pointsapp.stars.rules.figures import Gap
from pointsapp.stars.rules.scheme import Indicator, Scheme
from pointsapp.stars.rules.score import BranchScore, score_branch, tiers_met


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of unfinished work: how many pieces, how many of them came too late to count, and where it is done."""

    key: str
    name: Any
    endpoint: str
    count: int
    late: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one kind could change of a branch's total, in hundredths: at least `least` (below 0: it may lose), at most `most`."""

    count: int
    least: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One branch with unfinished work. `best` and `worst` are the tiers it could come to, `missing` what nobody has assessed."""

    branch: BranchRow
    total: int
    tier: str | None
    effects: Mapping[str, Effect]
    least: int
    most: int
    best: str | None
    worst: str | None
    missing: tuple[Indicator, ...] = ()

    @property
    def tier_may_change(self) -> bool:
        return (self.best, self.worst) != (self.tier, self.tier)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What the closing page lists. `doubts` stand in the order of the branches' codes: a register, not a ranking."""

    kinds: tuple[Kind, ...]
    doubts: tuple[Doubt, ...]
    paths: tuple[str, ...] = ()  # of the areas of all branches, where they were read

    @property
    def unfinished(self) -> int:
        """How many things could still change something."""
        return sum(kind.count - kind.late for kind in self.kinds)

    @property
    def listed(self) -> dict[str, int]:
        """The counts by kind, as they are kept with the publication."""
        return {kind.key: kind.count for kind in self.kinds if kind.count}


_Reaching = tuple[Unfinished, tuple[int, ...]]  # a waiting thing, and the branches of the round that it may count for


@dataclass(slots=True)
class _Of:
    """What waits for one branch, by kind."""

    things: dict[str, list[Unfinished]] = field(default_factory=lambda: defaultdict(list))


def closing_of(session: Session, found: RoundRow, *, now: datetime) -> Closing:
    """Return what is unfinished in a round that is not closed yet, with its possible effect; once published, only objections count."""
    if found.state is not RoundState.OPEN:
        waiting_for = open_objections(session, found.id)
        name, endpoint = WAITING[OBJECTIONS], "stars.show_objections"
        return Closing(kinds=(Kind(key=OBJECTIONS, name=name, endpoint=endpoint, count=waiting_for),), doubts=())
    rows = standings(session, found, now=now)
    span = found.span(now)
    until = min(span.end, now + timedelta(microseconds=1))  # what is still to come does not wait
    by_kind = _in_reach(session, rows, listed(session, span.start, until))
    members = _members(session, by_kind.values())
    waiting = _by_branch(rows, by_kind, found)
    doubts = [
        _doubt(found, row, waiting[row.branch.id], members)
        for row in rows
        if waiting[row.branch.id].things or _missing(row)
    ]
    kinds = [
        Kind(
            key=key,
            name=name,
            endpoint=endpoint,
            count=len(by_kind[key]),
            late=sum(_is_late(one, found) for one, _branches in by_kind[key]),
        )
        for key, (name, endpoint) in pages().items()
    ]
    missing = sum(len(doubt.missing) for doubt in doubts)
    kinds.append(Kind(key=MISSING, name=WAITING[MISSING], endpoint="stars.show_console_round", count=missing))
    paths = tuple(row.branch.area_path for row in rows)
    return Closing(kinds=tuple(kinds), doubts=tuple(sorted(doubts, key=lambda doubt: doubt.branch.code)), paths=paths)


MISSING, OBJECTIONS = "missing", "objections"


def _is_late(one: Unfinished, found: RoundRow) -> bool:
    return one.received_at > found.cut_off_at


def _in_reach(
    session: Session, rows: Sequence[Standing], by_kind: Mapping[str, Sequence[Unfinished]]
) -> dict[str, list[_Reaching]]:
    """Return what waits in the area of a branch of the round, or below one: what waits elsewhere is another round's."""
    areas = {one.area_id for things in by_kind.values() for one in things}
    above = {
        row.id: ids_in(row.path)
        for row in session.execute(select(Area.id, Area.path).where(Area.id.in_(sorted(areas))))
    }
    at: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        at[row.branch.area_id].append(row.branch.id)
    reached = {area_id: tuple(branch for up in set(ups) for branch in at.get(up, ())) for area_id, ups in above.items()}
    return {
        key: [(one, reached[one.area_id]) for one in things if reached.get(one.area_id)]
        for key, things in by_kind.items()
    }


def _members(session: Session, lists: Iterable[Sequence[_Reaching]]) -> dict[int, set[int]]:
    """Return of which branches each person of the lists is a member: an upper bound asks no dates."""
    people = {one.person_id for things in lists for one, _branches in things if one.person_id is not None}
    found: dict[int, set[int]] = defaultdict(set)
    ordered = sorted(people)
    for start in range(0, len(ordered), 1000):
        chunk = ordered[start : start + 1000]
        rows = select(Membership.person_id, Membership.branch_id).where(Membership.person_id.in_(chunk))
        for person_id, branch_id in session.execute(rows):
            found[person_id].add(branch_id)
    return found


def _by_branch(rows: Sequence[Standing], by_kind: Mapping[str, Sequence[_Reaching]], found: RoundRow) -> dict[int, _Of]:
    """Return what waits for each branch, in time."""
    waiting = {row.branch.id: _Of() for row in rows}
    for key, things in by_kind.items():
        for one, branches in things:
            if not _is_late(one, found):
                for branch_id in branches:
                    waiting[branch_id].things[key].append(one)
    return waiting


def _missing(row: Standing) -> tuple[Indicator, ...]:
    return tuple(one.indicator for star in row.score.stars for one in star.indicators if one.gap is Gap.NOT_ASSESSED)


def _doubt(found: RoundRow, row: Standing, waits: _Of, members: Mapping[int, set[int]]) -> Doubt:
    scheme, score = found.scheme, row.score
    missing = _missing(row)
    effects = {key: _effect(scheme, row, things, members) for key, things in waits.things.items()}
    if missing:
        most = _scored(scheme, row, row.tally, {one.key: one.most for one in missing}).total - score.total
        effects[MISSING] = Effect(count=len(missing), least=0, most=most)
    every = [one for things in waits.things.values() for one in things]
    highest = _scored(scheme, row, _plus(row, every, members, up=True), {one.key: one.most for one in missing})
    lowest = _scored(scheme, row, _plus(row, every, members, up=False), {})
    return Doubt(
        branch=row.branch,
        total=score.total,
        tier=score.tier,
        effects=effects,
        least=min(lowest.total - score.total, highest.total - score.total, 0),
        most=max(highest.total - score.total, lowest.total - score.total, 0),
        best=_tier(scheme, highest, score.tier, better=True),
        worst=_tier(scheme, lowest, score.tier, better=False),
        missing=missing,
    )


def _effect(scheme: Scheme, row: Standing, things: Sequence[Unfinished], members: Mapping[int, set[int]]) -> Effect:
    highest = _scored(scheme, row, _plus(row, things, members, up=True), {}).total
    lowest = _scored(scheme, row, _plus(row, things, members, up=False), {}).total
    now = row.score.total
    return Effect(
        count=len(things), least=min(lowest - now, highest - now, 0), most=max(highest - now, lowest - now, 0)
    )


def _plus(row: Standing, things: Sequence[Unfinished], members: Mapping[int, set[int]], *, up: bool) -> Tally:
    """Return the branch's tally with all that adds (`up`) or all that takes away."""
    tally = replace(
        row.tally, sums=dict(row.tally.sums), people=dict(row.tally.people), members=dict(row.tally.members)
    )
    people: dict[str, set[int]] = defaultdict(set)
    for one in things:
        for evidence, amount in one.gives.items():
            if amount == 0 or (amount > 0) is not up:
                continue
            tally.sums[evidence] = tally.sums.get(evidence, 0) + amount
            if one.person_id is not None:
                people[evidence].add(one.person_id)
    sign = 1 if up else -1
    for evidence, who in people.items():
        tally.people[evidence] = max(tally.people.get(evidence, 0) + sign * len(who), 0)
        own = sum(row.branch.id in members.get(person_id, ()) for person_id in who)
        if evidence == ATTENDANCE:
            tally.members[evidence] = max(tally.members.get(evidence, 0) + sign * own, 0)
    return tally


def _scored(scheme: Scheme, row: Standing, tally: Tally, more: Mapping[str, int]) -> BranchScore:
    _values, given = figures_of(row.score)
    aims = row.aims if len(row.aims) < len(scheme.stars) else None
    return score_branch(scheme, values_of(tally), {**given, **more}, aims=aims, elapsed=OVER)


def _tier(scheme: Scheme, score: BranchScore, now: str | None, *, better: bool) -> str | None:
    """Return the tier that a score could come to, never worse (`better`) or never better than the one of now."""
    names = [tier.name for tier in scheme.tiers]
    met = tiers_met(scheme, score)
    reached, stands = met[0] if met else len(names), names.index(now) if now in names else len(names)
    place = min(reached, stands) if better else max(reached, stands)
    return names[place] if place < len(names) else None
