"""Tell helpers what cannot wait until they look: an offered place runs out, a place that came by itself has its hour to be at, and
who needs help does not read notices."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.care.models import Mandate, MandateState
from pointsapp.core import events
from pointsapp.core.events import Event, EventRow

# What a helper is told, by what happened to the person's sign-up.
TOLD_TO_HELPERS = {"tasks.place_offered": "care.place_offered", "tasks.signup_promoted": "care.signup_promoted"}


def tell_helpers(session: Session, event: EventRow) -> None:
    """Tell who may act for the person just now that a place is kept for them, or is theirs; heard twice, each is told once.

    A visit at the desk is no such consent: it ends with the hour, and the officer has left the counter.
    """
    if event.person_id is None:
        return
    kind = TOLD_TO_HELPERS[event.kind]
    told = {
        (each.person_id, each.facts.get("of"))
        for each in session.scalars(select(Event).where(Event.subject == event.subject, Event.kind == kind))
    }
    helpers = session.execute(
        select(Mandate.helper_id, Mandate.public_id)
        .where(  # `policies.is_in_force`, in the database's words
            Mandate.person_id == event.person_id,
            Mandate.state == MandateState.OPEN,
            Mandate.ends_at > event.at,
            Mandate.is_desk.is_(False),
        )
        .order_by(Mandate.id)
    )
    for helper_id, mandate in helpers:
        if (helper_id, event.id) in told:
            continue
        events.record(
            session,
            kind,
            at=event.at,
            subject=event.subject,
            area_id=event.area_id,
            person_id=helper_id,
            **{**event.facts, "mandate": mandate, "of": event.id},
        )
