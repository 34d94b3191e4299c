"""Two areas in which the same is done in another order: what the tests of order compare."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock as clocks
from pointsapp.core import events
from pointsapp.core.actor import Actor, Role
from pointsapp.core.transaction import write
from pointsapp.stars.queries import standings
from pointsapp.stars.services import Assess, MemberDraft, assess, import_members
from tests.factories import actor_of, make_person, make_staff, make_tree
from tests.stars.things import make_branches, open_small_round, this_round


class Twins:
    """Two areas in which the same is done, by three people each of whom two are members of its branch."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.tree = make_tree(session)
        self.areas = [self.tree["community"], self.tree["other"]]
        make_branches(session, *self.areas)
        open_small_round(session)
        self.people = {area.id: [make_person(session, area) for _ in range(3)] for area in self.areas}
        self.office: Actor = actor_of(session, make_staff(session, self.tree["district"], Role.STREET_ADMIN))
        drafts = [
            MemberDraft(line=n, phone=person.phone or "", branch_code=f"b-{area.code}")
            for area in self.areas
            for n, person in enumerate(self.people[area.id][:2], 2)
        ]
        write(import_members, drafts, now=clocks.now())

    def act(self, area: Area, what: str, place: int, minutes: int) -> None:
        facts: dict[str, dict[str, Any]] = {
            "credit": {"minutes": minutes, "points": 0},
            "correct": {"minutes_before": 30, "minutes": minutes},
            "task": {"participants": minutes},
        }
        kinds = {"credit": "checkin.credited", "correct": "checkin.corrected", "task": "tasks.closed"}

        def record(session: Session) -> None:
            person_id = None if what == "task" else self.people[area.id][place].id
            events.record(
                session,
                kinds[what],
                at=clocks.now(),
                subject="x:1",
                area_id=area.id,
                person_id=person_id,
                **facts[what],
            )

        write(record)

    def assess(self, area: Area, score: int) -> None:
        command = Assess(
            round_id=this_round(self.session).public_id, branch_id=f"b-{area.code}", indicator="party_life", score=score, reason="看过"
        )  # fmt: skip
        write(assess, self.office, command, now=clocks.now())

    def deliver(self) -> None:
        while write(events.deliver_due, now=clocks.now()):
            pass

    def outlines(self) -> list[Any]:
        """Return what each twin's standing says, without who it is."""
        rows = {row.branch.area_id: row for row in standings(self.session, this_round(self.session), now=clocks.now())}
        return [(rows[area.id].rank, rows[area.id].score, rows[area.id].missed) for area in self.areas]
