"""Rounds as others see them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.stars.messages import round_name, speaks_english
from pointsapp.stars.models import Branch, Round, RoundBranch, RoundState, SchemeVersion
from pointsapp.stars.queries.metrics import Span
from pointsapp.stars.rules.scheme import Scheme, read_scheme


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRow:
    id: int
    public_id: str
    state: RoundState
    starts_on: date
    ends_on: date
    cut_off_at: datetime
    published_at: datetime | None
    objections_until: datetime | None
    closed_at: datetime | None
    scheme: Scheme
    admitted: tuple[int, ...] = ()
    docket_key: str = field(default="", repr=False)  # salts the digests of its dockets; shown to nobody

    @property
    def name(self) -> str:
        return round_name(self.starts_on)

    def span(self, now: datetime) -> Span:
        """Return the work that counts: received by the cut-off, on record when the round was published, or admitted since."""
        start, end = clock.at_local(self.starts_on), clock.at_local(self.ends_on + timedelta(days=1))
        known = self.published_at or self.closed_at or now
        return Span(start=start, end=end, as_of=min(known, self.cut_off_at), on_record=known, admitted=self.admitted)

    def is_past_cut_off(self, now: datetime) -> bool:
        return now > self.cut_off_at

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days + 1

    def days_gone(self, now: datetime) -> int:
        """Return how many of the round's days have begun."""
        gone = (clock.local_day(self.closed_at or now) - self.starts_on).days + 1
        return min(max(gone, 0), self.days)

    def elapsed(self, now: datetime) -> Fraction:
        """Return the share of the round's days gone by, today included."""
        return Fraction(self.days_gone(now), self.days)

    @property
    def is_over(self) -> bool:
        """Tell whether the round is closed: what is not lit reads as not lit, no longer as at risk.

        Until then late work, scores by hand and objections can still light a star, whatever the day.
        """
        return self.state is RoundState.CLOSED


def rounds_asked() -> Select[tuple[Round, str, dict[str, Any] | None]]:
    """Select rounds with their scheme's digest and, unless this process has read it in this language already, its definition."""
    english = speaks_english()
    known = [digest for digest, language in list(_schemes) if language is english]
    unread = case((SchemeVersion.digest.in_(known), None), else_=SchemeVersion.definition)
    return select(Round, SchemeVersion.digest, unread.label("definition")).join(
        SchemeVersion, SchemeVersion.id == Round.scheme_version_id
    )


MOST_SCHEMES = 64
_schemes: dict[
    tuple[str, bool], Scheme
] = {}  # nothing ever goes from here: what was known when a statement was made is known after it


def scheme_of(digest: str, definition: dict[str, Any] | None, *, english: bool) -> Scheme:
    """Return the scheme in a stored definition, read once per process: a version is never rewritten, and its digest names it."""
    found = _schemes.get((digest, english))
    if found is None:
        assert definition is not None
        found = read_scheme(definition, english=english)
        if len(_schemes) < MOST_SCHEMES:
            found = _schemes.setdefault((digest, english), found)
    return found


def round_row(found: Round, digest: str, definition: dict[str, Any] | None) -> RoundRow:
    return RoundRow(
        id=found.id,
        public_id=found.public_id,
        state=found.state,
        starts_on=found.starts_on,
        ends_on=found.ends_on,
        cut_off_at=found.cut_off_at,
        published_at=found.published_at,
        objections_until=found.objections_until,
        closed_at=found.closed_at,
        docket_key=found.docket_key,
        admitted=tuple(found.admitted or ()),
        scheme=scheme_of(digest, definition, english=speaks_english()),
    )


def find_round(session: Session, round_id: str) -> RoundRow:
    """Return the round with this public id; NotFound when there is none."""
    found = session.execute(rounds_asked().where(Round.public_id == round_id)).one_or_none()
    if found is None:
        raise NotFound()
    return round_row(*found)


def newest_round(session: Session, *, now: datetime, branch: str | None = None) -> RoundRow | None:
    """Return the round that runs now, else the last one that began; None before the first.

    Where several schemes run side by side, the one that came first; with `branch` (its id or code), one in which it takes part.
    """
    asked = rounds_asked().where(Round.starts_on <= clock.local_day(now))
    if branch is not None:
        part = select(RoundBranch.round_id).join(Branch, Branch.id == RoundBranch.branch_id)
        asked = asked.where(Round.id.in_(part.where(or_(Branch.public_id == branch, Branch.code == branch))))
    found = session.execute(asked.order_by(Round.starts_on.desc(), Round.id).limit(1)).one_or_none()
    return None if found is None else round_row(*found)


def running_rounds(session: Session, *, now: datetime) -> list[RoundRow]:
    """Return the rounds of the newest quarter that began, one for each scheme, the scheme that came first at the head."""
    newest = select(func.max(Round.starts_on)).where(Round.starts_on <= clock.local_day(now)).scalar_subquery()
    return [
        round_row(*row) for row in session.execute(rounds_asked().where(Round.starts_on == newest).order_by(Round.id))
    ]


def branch_numbers(session: Session, rounds: Iterable[RoundRow], path: str = "") -> dict[int, int]:
    """Return how many branches take part in each of `rounds`, of the areas below `path` only where one is given."""
    rows = session.execute(
        select(RoundBranch.round_id, func.count())
        .join(Branch, Branch.id == RoundBranch.branch_id)
        .join(Area, Area.id == Branch.area_id)
        .where(RoundBranch.round_id.in_([one.id for one in rounds]), Area.path.startswith(path, autoescape=True))
        .group_by(RoundBranch.round_id)
    )
    return {row[0]: row[1] for row in rows}


def open_rounds(session: Session) -> list[RoundRow]:
    """Return every round that is still open, the oldest first; a published one is open no more."""
    rows = session.execute(rounds_asked().where(Round.state == RoundState.OPEN).order_by(Round.starts_on, Round.id))
    return [round_row(*row) for row in rows]


def every_round(session: Session) -> list[RoundRow]:
    """Return all rounds there have been, the oldest first: four a year and scheme."""
    return [round_row(*row) for row in session.execute(rounds_asked().order_by(Round.starts_on, Round.id))]


def counted_rounds(session: Session) -> list[RoundRow]:
    """Return every round whose figures are still counted: open or published."""
    rows = session.execute(rounds_asked().where(Round.state != RoundState.CLOSED).order_by(Round.starts_on, Round.id))
    return [round_row(*row) for row in rows]


def rounds_by_ids(session: Session, ids: Iterable[int] | Select[int]) -> list[RoundRow]:
    """Return the rounds with these keys (or with those that a statement selects), the oldest first."""
    chosen = ids if isinstance(ids, Select) else sorted(ids)
    rows = session.execute(rounds_asked().where(Round.id.in_(chosen)).order_by(Round.starts_on, Round.id))
    return [round_row(*row) for row in rows]


def latest_rounds(session: Session, limit: int = 6) -> list[RoundRow]:
    """Return the rounds of the last `limit` quarters, the newest first: what a board lets one choose from."""
    quarters = select(Round.starts_on).distinct().order_by(Round.starts_on.desc()).limit(limit)
    asked = rounds_asked().where(Round.starts_on.in_(quarters)).order_by(Round.starts_on.desc(), Round.id)
    return [round_row(*row) for row in session.execute(asked)]


def chosen_round(rounds: Iterable[RoundRow], public_id: str, *, today: date) -> RoundRow | None:
    """Return the one of `rounds` with this public id; without one what `newest_round` would return of them. None where it is not there."""
    if public_id:
        return next((found for found in rounds if found.public_id == public_id), None)
    begun = [found for found in rounds if found.starts_on <= today]
    return max(begun, key=lambda found: (found.starts_on, -found.id), default=None)


def rounds_page(session: Session, page: PageRequest) -> Page[RoundRow]:
    """Return rounds, the newest first."""
    query = rounds_asked().order_by(Round.id.desc()).limit(page.limit + 1)
    if page.after is not None:
        query = query.where(Round.id < page.after[0])
    rows = [round_row(*row) for row in session.execute(query)]
    return cut(rows, page.limit, lambda row: (row.id,))


def round_paths(session: Session, round_id: int) -> tuple[str, ...]:
    """Return the paths of the areas of the branches that take part in a round: whoever runs it holds an office over all of them."""
    rows = session.scalars(
        select(Area.path)
        .join(Branch, Branch.area_id == Area.id)
        .join(RoundBranch, RoundBranch.branch_id == Branch.id)
        .where(RoundBranch.round_id == round_id)
        .distinct()
        .order_by(Area.path)
    )
    return tuple(rows)
