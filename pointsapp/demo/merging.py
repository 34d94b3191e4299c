"""Two accounts of one person in the demo: one pair that is likely the same, and one that waits for its second person."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.demo import facts
from pointsapp.demo.street import Street
from pointsapp.demo.timeline import Timeline
from pointsapp.merging.services import ProposeMerge, propose_merge
from pointsapp.people.models import Person
from pointsapp.people.services import NewPerson, create_people


def plan_merging(timeline: Timeline, street: Street, *, now: datetime) -> None:
    """Register two residents a second time without a phone, as happens at a stall, and propose to give one of these up."""
    first = facts.COMMUNITIES[0][0]
    known = [resident.person for resident in street.residents[first][20:22]]

    def happen(session: Session, at: datetime) -> None:
        names = session.execute(select(Person.id, Person.name).where(Person.id.in_([one.id for one in known]))).all()
        drafts = [
            NewPerson(name=row.name, home_area_id=street.areas[first].id)
            for row in sorted(names, key=lambda row: row.id)
        ]
        made = create_people(session, drafts, now=at)
        old = session.scalar(select(Person.public_id).where(Person.id == made[0].id))
        new = session.scalar(select(Person.public_id).where(Person.id == sorted(one.id for one in known)[0]))
        if old is not None and new is not None:
            command = ProposeMerge(absorbed=old, survivor=new, reason="摊位上又登记了一次，本人说两个编号都是他的")
            propose_merge(session, street.street_admin, command, now=at)

    timeline.at(now - timedelta(hours=20), happen)
