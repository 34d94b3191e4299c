"""What changes the area tree: the import. All rows or none; the same file again changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area, AreaKind
from pointsapp.areas.rules import AreaDraft, Standing, judge_areas
from pointsapp.core import events
from pointsapp.core.table_file import BadFile


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedAreas:
    """How many areas the import added, changed (name, kind or place), and found as they were."""

    added: int
    changed: int
    kept: int


def import_areas(session: Session, drafts: Sequence[AreaDraft], *, now: datetime) -> ImportedAreas:
    """Bring the tree to what `drafts` say; raise BadFile naming every bad row, and then nothing is written.

    An area is known by its code; one that the file leaves out stays. Moving an area moves all below it.
    """
    by_code = {area.code: area for area in session.scalars(select(Area))}
    code_of = {area.id: area.code for area in by_code.values()}
    standing = {
        area.code: Standing(kind=area.kind.value, parent_code=code_of.get(area.parent_id or 0, ""))
        for area in by_code.values()
    }
    problems = judge_areas(drafts, standing)
    if problems:
        raise BadFile(problems)
    added = changed = 0
    for draft in _parents_first(drafts):
        area = by_code.get(draft.code)
        parent_id = by_code[draft.parent_code].id if draft.parent_code else None
        if area is None:
            area = Area(
                code=draft.code, name=draft.name, kind=AreaKind(draft.kind), parent_id=parent_id, created_at=now
            )
            area.path = ""
            session.add(area)
            session.flush()
            by_code[draft.code] = area
            added += 1
            continue
        if (area.name, area.kind.value, area.parent_id) != (draft.name, draft.kind, parent_id):
            area.name, area.kind, area.parent_id = draft.name, AreaKind(draft.kind), parent_id
            events.record(session, "areas.changed", at=now, subject=f"area:{area.id}", area_id=area.id)
            changed += 1
    _write_paths(list(by_code.values()))
    session.flush()
    if added:
        events.record(session, "areas.imported", at=now, subject="area:import", added=added, changed=changed)
    return ImportedAreas(added=added, changed=changed, kept=len(drafts) - added - changed)


def _parents_first(drafts: Sequence[AreaDraft]) -> list[AreaDraft]:
    """Order `drafts` so that each area's parent is written before it, whatever the file's order."""
    waiting = {draft.code: draft for draft in drafts}
    ordered: list[AreaDraft] = []
    for draft in drafts:
        chain = []
        at: AreaDraft | None = waiting.pop(draft.code, None)
        while at is not None:
            chain.append(at)
            at = waiting.pop(at.parent_code, None)
        ordered += reversed(chain)
    return ordered


def _write_paths(areas: list[Area]) -> None:
    by_id = {area.id: area for area in areas}
    for area in areas:
        ids, above = [area.id], area.parent_id
        while above is not None:
            ids.append(above)
            above = by_id[above].parent_id
        path = "/" + "/".join(str(area_id) for area_id in reversed(ids)) + "/"
        if area.path != path:
            area.path = path
