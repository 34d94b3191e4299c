"""Scheme versions as readers see them: the rules in force, and every version there was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import clock
from pointsapp.core.errors import NotFound
from pointsapp.stars.messages import speaks_english
from pointsapp.stars.models import Round, SchemeVersion
from pointsapp.stars.rules.scheme import Scheme, read_scheme

MOST_VERSIONS = 60


class VersionLife(StrEnum):
    """Where a version stands in its life."""

    COMING = "coming"
    IN_FORCE = "in_force"
    PAST = "past"
    REPLACED = "replaced"  # before it began


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One version; `branches` read it from `starts_on` on. `digest` is the SHA-256 of what was imported."""

    public_id: str
    code: str
    version: int
    name: str
    starts_on: date
    imported_at: datetime
    digest: str
    replaces: int | None
    life: VersionLife
    scheme: Scheme


def scheme_versions(session: Session, *, now: datetime) -> tuple[VersionRow, ...]:
    """Return the newest versions of all schemes, the last to come into force first."""
    rows = session.scalars(
        select(SchemeVersion).order_by(SchemeVersion.starts_on.desc(), SchemeVersion.id.desc()).limit(MOST_VERSIONS)
    ).all()
    today = clock.local_day(now)
    replaced = {(row.code, row.replaces) for row in rows if row.replaces is not None}
    began: set[str] = set()
    followed = {
        row.definition["succeeds"]: row.starts_on
        for row in reversed(rows)
        if "succeeds" in row.definition and row.starts_on <= today and (row.code, row.version) not in replaced
    }
    found = []
    for row in rows:
        if (row.code, row.version) in replaced:
            life = VersionLife.REPLACED
        elif row.starts_on > today:
            life = VersionLife.COMING
        else:
            is_followed = row.code in followed and row.starts_on <= followed[row.code]
            life = VersionLife.PAST if row.code in began or is_followed else VersionLife.IN_FORCE
            began.add(row.code)
        found.append(
            VersionRow(
                public_id=row.public_id,
                code=row.code,
                version=row.version,
                name=row.name,
                starts_on=row.starts_on,
                imported_at=row.imported_at,
                digest=row.digest,
                replaces=row.replaces,
                life=life,
                scheme=read_scheme(row.definition, english=speaks_english()),
            )
        )
    return tuple(found)


def version_of_round(session: Session, round_id: int) -> str:
    """Return the public id of the version that a round is scored under."""
    found = session.scalar(
        select(SchemeVersion.public_id)
        .join(Round, Round.scheme_version_id == SchemeVersion.id)
        .where(Round.id == round_id)
    )
    if found is None:
        raise NotFound()
    return found
