"""Things the contest's tests start from: a round of two branches, and people with their offices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.contest.services import CallPanel, PublishPledge, SeatDraft, call_panel, publish_pledge
from pointsapp.core import clock
from pointsapp.core.actor import Actor, Role
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from pointsapp.stars.services import import_scheme
from tests.factories import actor_of, make_person, make_staff, make_tree
from tests.stars.things import SMALL_SCHEME, make_branches, this_round

INDICATOR = "party_life"  # assessed, at most 10


@dataclass
class World:
    """Branches `b-<code>` of two communities; a secretary of the first, staff, the street's administrator."""

    session: Session
    tree: dict[str, Area]
    secretary: Person
    staff: Person
    admin: Person

    def actor(self, person: Person) -> Actor:
        return actor_of(self.session, person)

    @property
    def branch(self) -> str:
        return f"b-{self.tree['community'].code}"

    @property
    def other_branch(self) -> str:
        return f"b-{self.tree['other'].code}"

    def pledge(self, **over: Any) -> str:
        """Publish a promise of the first branch as its secretary; return its id."""
        due_on = clock.local_day(clock.now()) + timedelta(days=20)
        values: dict[str, Any] = {
            "round_id": this_round(self.session).public_id, "branch_id": self.branch, "star": "first",
            "promise": "补齐三会一课记录", "shown_by": "党建栏里每月一张照片", "due_on": due_on,
        }  # fmt: skip
        command = PublishPledge(**values | over)
        return write(publish_pledge, self.actor(self.secretary), command, now=clock.now()).pledge_id

    def panellists(self, count: int) -> list[Person]:
        return [kept(self.session, make_person(self.session, self.tree["street"])) for _ in range(count)]

    def call(
        self, people: list[Person], *, chair: Person | None = None, chair_scores: bool = False, **over: Any
    ) -> str:
        """Call a panel of `people` with the street's administrator in the chair; return its id."""
        sits = chair or self.admin
        seats = [SeatDraft(who=str(sits.phone), title="街道党工委副书记", is_chair=True, is_scoring=chair_scores)]
        seats += [SeatDraft(who=str(one.phone), title="居民代表") for one in people]
        values: dict[str, Any] = {
            "round_id": this_round(self.session).public_id, "indicator": INDICATOR,
            "area": self.tree["street"].public_id, "held_at": clock.now(), "place": "街道三楼会议室", "seats": tuple(seats),
        }  # fmt: skip
        command = CallPanel(**values | over)
        return write(call_panel, self.actor(self.admin), command, now=clock.now()).panel_id


def kept(session: Session, row: Any) -> Any:
    """Return a row that can still be read when a request has ended the session that it came from."""
    session.refresh(row)
    session.expunge(row)
    return row


def make_world(session: Session, scheme: dict[str, Any] = SMALL_SCHEME) -> World:
    tree = make_tree(session)
    make_branches(session, tree["community"], tree["other"])
    write(import_scheme, scheme, {}, now=clock.now())
    return World(
        session=session,
        secretary=kept(session, make_staff(session, tree["community"], Role.BRANCH_SECRETARY)),
        staff=kept(session, make_staff(session, tree["community"])),
        admin=kept(session, make_staff(session, tree["street"], Role.STREET_ADMIN)),
        tree={name: kept(session, area) for name, area in tree.items()},
    )
