"""Scheme versions come in as files. The first one opens the current quarter; a changed rule counts from a later quarter on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from pointsapp.core import clock, events
from pointsapp.stars.models import SchemeVersion
from pointsapp.stars.queries.drafts import judge_draft
from pointsapp.stars.rules.check import Place
from pointsapp.stars.services.rounds import open_round


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedScheme:
    """`is_repeat`: this version was here already; `round_starts_on`: the quarter it opened, None if it opened none.

    `starts_on` is when it comes into force; `warnings` are (line, what is worth a second look).
    """

    code: str
    version: int
    is_repeat: bool
    round_starts_on: date | None
    starts_on: date
    warnings: tuple[tuple[int, str], ...] = ()


def import_scheme(
    session: Session, document: Any, lines: Mapping[Place, int], *, starts_on: date | None = None, now: datetime
) -> ImportedScheme:
    """Store a scheme version in force from `starts_on`; raise BadFile naming every mistake with its line.

    A changed rule is a new version and takes effect with a later round: a running quarter keeps the rules it began with.
    """
    draft = judge_draft(session, document, lines, starts_on=starts_on, is_trial=False, now=now)
    opened = None
    if not draft.is_repeat:
        stored = SchemeVersion(
            code=draft.code,
            version=draft.version,
            name=draft.definition["name"],
            digest=draft.digest,
            definition=draft.definition,
            imported_at=now,
            starts_on=draft.starts_on,
            replaces=draft.definition.get("replaces"),
        )
        session.add(stored)
        session.flush()
        subject = f"scheme_version:{stored.id}"
        events.record(session, "stars.scheme_imported", at=now, subject=subject, version=draft.version)
        today = clock.local_day(now)
        opened = open_round(session, stored, today, now=now) if draft.starts_on <= today else None
    return ImportedScheme(
        code=draft.code,
        version=draft.version,
        is_repeat=draft.is_repeat,
        round_starts_on=opened.starts_on if opened is not None else None,
        starts_on=draft.starts_on,
        warnings=draft.warnings,
    )
