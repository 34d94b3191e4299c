"""Pictures of findings: where one lies, for who may read its finding, and which of the kept ones belong to a step."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.actor import Actor
from pointsapp.core.errors import NotFound
from pointsapp.inspections.models import Finding, FindingPhoto, FindingStep
from pointsapp.inspections.policies import may_read_findings
from pointsapp.stars.models import Branch


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoRow:
    name: str
    area_path: str


def find_photo(session: Session, actor: Actor, public_id: str) -> PhotoRow:
    """Return the picture of a step to who may read the finding; NotFound to everybody else."""
    found = session.execute(
        select(FindingPhoto.name, Area.path)
        .join(FindingStep, FindingStep.id == FindingPhoto.step_id)
        .join(Finding, Finding.id == FindingStep.finding_id)
        .join(Branch, Branch.id == Finding.branch_id)
        .join(Area, Area.id == Branch.area_id)
        .where(FindingPhoto.public_id == public_id)
    ).one_or_none()
    if found is None or not may_read_findings(actor, found.path):
        raise NotFound()
    return PhotoRow(name=found.name, area_path=found.path)


def named_photos(session: Session, digests: list[str]) -> set[str]:
    """Return which of these pictures belong to a step of a finding."""
    return set(session.scalars(select(FindingPhoto.name).where(FindingPhoto.name.in_(digests))))
