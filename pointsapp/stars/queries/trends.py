"""One branch over the rounds: total and lit stars quarter by quarter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area, AreaKind
from pointsapp.core import clock
from pointsapp.stars.models import Branch, EditionRow, Round, RoundBranch, RoundEdition, RoundState
from pointsapp.stars.queries.board import score_beside
from pointsapp.stars.queries.branches import BranchRow
from pointsapp.stars.queries.rounds import RoundRow, round_row, rounds_asked
from pointsapp.stars.queries.standings import Standing
from pointsapp.stars.rules.editions import read_row
from pointsapp.stars.rules.score import BranchScore, StarScore

ROUNDS_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPoint:
    """How a branch stood in one round."""

    round: RoundRow
    total: int
    lit_stars: int
    tier: str | None
    stars: tuple[StarScore, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A branch at a glance: the last rounds it took part in, the newest first, and of closed ones what was stored of it.

    `street` is name and path of the street that it lies in, None where it lies in none.
    """

    rounds: tuple[tuple[RoundRow, EditionRow | None], ...] = ()
    street: tuple[str, str] | None = None

    def round_called(self, public_id: str) -> RoundRow | None:
        return next((found for found, _stored in self.rounds if found.public_id == public_id), None)

    @property
    def newest_round(self) -> RoundRow | None:
        """The newest round; where several schemes run side by side, the one that came first."""
        if not self.rounds:
            return None
        day = self.rounds[0][0].starts_on
        return min((found for found, _stored in self.rounds if found.starts_on == day), key=lambda found: found.id)


def look_at_branch(session: Session, id_or_code: str, *, now: datetime) -> Look:
    """Return what a branch's page begins with, in one statement; an empty look where there is no such branch or it took part in nothing."""
    newest = select(func.max(RoundEdition.id)).where(RoundEdition.round_id == Round.id).correlate(Round)
    rows = session.execute(
        rounds_asked()
        .add_columns(EditionRow, Branch.public_id.label("branch"), _STREET.name.label("street"), _STREET.path)
        .join(RoundBranch, RoundBranch.round_id == Round.id)
        .join(Branch, Branch.id == RoundBranch.branch_id)
        .join(Area, Area.id == Branch.area_id)
        .outerjoin(_STREET, (_STREET.kind == AreaKind.STREET) & Area.path.startswith(_STREET.path))
        # A closed round reads from the edition in force: this branch's row alone, never the whole round's.
        .outerjoin(
            EditionRow,
            (EditionRow.edition_id == newest.scalar_subquery())
            & (EditionRow.branch_id == Branch.id)
            & (Round.state == RoundState.CLOSED),
        )
        .where(or_(Branch.public_id == id_or_code, Branch.code == id_or_code), Round.starts_on <= clock.local_day(now))
        # A code may by chance read like another's id: the id goes first.
        .order_by((Branch.public_id == id_or_code).desc(), Round.starts_on.desc(), Round.id.desc())
        .limit(ROUNDS_SHOWN)
    ).all()
    if not rows:
        return Look()
    own = [row for row in rows if row.branch == rows[0].branch]
    return Look(
        rounds=tuple((round_row(row.Round, row.digest, row.definition), row.EditionRow) for row in own),
        street=None if own[0].street is None else (own[0].street, own[0].path),
    )


_STREET = aliased(Area)


def trend(
    session: Session,
    branch: BranchRow,
    known: tuple[RoundRow, Standing] | None = None,
    look: Look | None = None,
    *,
    now: datetime,
) -> tuple[TrendPoint, ...]:
    """Return the last rounds the branch took part in, the oldest first. `known` and `look` are what the caller has already."""
    if look is None:
        look = look_at_branch(session, branch.public_id, now=now)
    points = []
    for found, stored in look.rounds:
        if known is not None and found.id == known[0].id:
            score = known[1].score
        elif stored is not None:
            score = _kept_score(found, stored)
        else:
            score = score_beside(session, found, branch.id, branch.public_id, now=now)
        points.append(_point(found, score))
    return tuple(reversed(points))


def _kept_score(found: RoundRow, row: EditionRow) -> BranchScore:
    kept = read_row(
        found.scheme, row.facts, rank=row.rank, tier=row.tier, total=row.total_hundredths, lit_stars=row.lit_stars
    )
    return kept.score


def _point(found: RoundRow, score: BranchScore) -> TrendPoint:
    return TrendPoint(round=found, total=score.total, lit_stars=score.lit_stars, tier=score.tier, stars=score.stars)
