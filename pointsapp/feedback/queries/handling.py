"""Who may handle one feedback, or the true reason why not: asked by the desk's pages, the API and the services alike."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import ids_in
from pointsapp.core.actor import Actor, require
from pointsapp.feedback.errors import FeedbackMoved, FeedbackUnknown, NotYourFeedback, YouDecidedIt
from pointsapp.feedback.models import Feedback, FeedbackStep
from pointsapp.feedback.policies import may_answer_for, may_see_feedback
from pointsapp.feedback.queries.deciders import kept_out
from pointsapp.feedback.queries.duty import on_duty
from pointsapp.feedback.queries.matters import FeedbackRow, find_feedback
from pointsapp.feedback.queries.timeline import shown_to


def handled_feedback(session: Session, actor: Actor, number: str, *, now: datetime) -> FeedbackRow:
    """Return what `actor` may handle, with the name and the contact of who said it where they may see these."""
    require(may_see_feedback(actor))
    row = find_feedback(session, number, now=now)
    require_handler(session, actor, row, area_path=row.area_path, now=now)
    return shown_to(session, actor, row, now=now)


def require_handler(
    session: Session, actor: Actor, row: Feedback | FeedbackRow, *, area_path: str, now: datetime
) -> None:
    """Raise unless `actor` may handle this: who may not know of it hears that there is none, who was named before where it went."""
    require(may_see_feedback(actor))
    require(actor.person_id != row.person_id, NotYourFeedback())
    if not may_answer_for(actor, area_path, row.person_id):
        was_named = select(FeedbackStep.id).where(
            FeedbackStep.feedback_id == row.id, FeedbackStep.handler_id == actor.person_id
        )
        if session.scalar(was_named.limit(1)) is None:
            raise FeedbackUnknown()
        raise FeedbackMoved(office=session.scalar(select(Area.name).where(Area.path == area_path)))
    out = kept_out(session, row)
    if actor.person_id in out:  # nobody else on duty: then they answer it after all, and its steps say so
        require(not on_duty(session, ids_in(area_path), but_not=out, now=now), YouDecidedIt())
