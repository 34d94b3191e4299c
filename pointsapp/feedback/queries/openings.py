"""Who opened a person's timeline while answering what that person said, and why: for the person themself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.masking import mask_name
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.feedback.models import Feedback, FeedbackStep, StepKind
from pointsapp.people.models import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningLine:
    """One opening: by whom (by surname), of which office, for which matter, and the reason as it was given."""

    id: int
    at: datetime
    by: str
    area_name: str
    number: str
    why: str


def openings_of(session: Session, person_id: int, page: PageRequest) -> Page[OpeningLine]:
    """Return who opened this person's timeline, the newest first."""
    statement = (
        select(
            FeedbackStep.id, FeedbackStep.at, FeedbackStep.text, Feedback.number, Person.name, Area.name.label("area")
        )
        .join(Feedback, Feedback.id == FeedbackStep.feedback_id)
        .join(Area, Area.id == FeedbackStep.area_id)
        .outerjoin(Person, Person.id == FeedbackStep.by_id)
        .where(Feedback.person_id == person_id, FeedbackStep.kind == StepKind.LOOKED)
        .order_by(FeedbackStep.id.desc())
        .limit(page.limit + 1)
    )
    if page.after:
        statement = statement.where(FeedbackStep.id < page.after[0])
    lines = [
        OpeningLine(
            id=row.id, at=row.at, by=mask_name(row.name or ""), area_name=row.area, number=row.number, why=row.text
        )
        for row in session.execute(statement)
    ]
    return cut(lines, page.limit, lambda line: (line.id,))
