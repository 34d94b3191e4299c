"""Storing editions: the freeze of a round, and every correction beside it. Written once, never changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from pointsapp.stars.models import EditionKind, EditionRow, Round, RoundEdition, RoundState, SchemeVersion
from pointsapp.stars.queries.counts import figures_of
from pointsapp.stars.queries.editions import document_row, edition_of, header_of
from pointsapp.stars.queries.rounds import RoundRow, rounds_by_ids
from pointsapp.stars.queries.standings import Standing, computed_standings
from pointsapp.stars.rules.editions import Kept, digest_of, explained, write_row
from pointsapp.stars.rules.scheme import Scheme

AT_ONCE = 4


def freeze_standings(session: Session, found: RoundRow, *, now: datetime) -> RoundEdition:
    """Compute the standings of a closed round once more and store them as its first edition."""
    rows = computed_standings(session, found, now=now, is_exact=True)
    kept = {row.branch.id: kept_of(found.scheme, row) for row in rows}
    return store_edition(session, found, kept, EditionKind.FREEZE, now=now)


def kept_of(scheme: Scheme, row: Standing) -> Kept:
    """Return what is stored of a computed standing."""
    places = {tier.name: place for place, tier in enumerate(scheme.tiers)}
    missed = tuple(places[name] for name in row.missed)
    every_star = tuple(star.key for star in scheme.stars)
    head = row.headcount
    return Kept(
        branch={"code": row.branch.code, "name": row.branch.name, "area": row.branch.area_name},
        rank=row.rank,
        tier=None if row.score.tier is None else places[row.score.tier],
        score=row.score,
        aims=None if row.aims == every_star else row.aims,
        missed=missed,
        steps=explained(scheme, row.score, missed),
        figures=figures_of(row.tally),
        headcount=None
        if head is None
        else {"people": head.people, "counted_on": head.counted_on.isoformat(), "source": head.source},
    )


def store_edition(
    session: Session, found: RoundRow, rows: dict[int, Kept], kind: EditionKind, *, now: datetime
) -> RoundEdition:
    """Write the next edition of a round with its digest; `rows` are all its branches, under the scheme's own names or any others."""
    before = edition_of(session, found)
    number = 1 if before is None else before.number + 1
    scheme_digest = session.execute(
        select(SchemeVersion.digest)
        .join(Round, Round.scheme_version_id == SchemeVersion.id)
        .where(Round.id == found.id)
    ).scalar_one()
    header = header_of(
        found, number=number, kind=kind, scheme_digest=scheme_digest, cut_off_at=found.cut_off_at, frozen_at=now
    )
    columns = [
        {
            "branch_id": branch_id,
            "rank": kept.rank,
            "tier": kept.tier,
            "total_hundredths": kept.score.total,
            "lit_stars": kept.score.lit_stars,
            "facts": write_row(found.scheme, kept),
        }
        for branch_id, kept in rows.items()
    ]
    edition = RoundEdition(
        round_id=found.id,
        number=number,
        kind=kind,
        digest=digest_of(header, [document_row(row) for row in columns]),
        scheme_digest=scheme_digest,
        cut_off_at=found.cut_off_at,
        frozen_at=now,
    )
    session.add(edition)
    session.flush()
    if columns:
        session.execute(insert(EditionRow), [{"edition_id": edition.id, **row} for row in columns])
    return edition


def keep_old_rounds(session: Session, *, now: datetime) -> int:
    """Store the first edition of rounds that were closed before editions were kept, as of their closing."""
    old: Iterable[int] = session.scalars(
        select(Round.id)
        .outerjoin(RoundEdition, RoundEdition.round_id == Round.id)
        .where(Round.state == RoundState.CLOSED, RoundEdition.id.is_(None))
        .order_by(Round.id)
        .limit(AT_ONCE)
    ).all()
    rounds = rounds_by_ids(session, old)
    for found in rounds:
        freeze_standings(session, found, now=now)
    return len(rounds)
