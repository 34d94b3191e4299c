"""Things the inspections' tests start from: a round of several branches, inspectors, a draw announced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area, AreaKind
from pointsapp.core import clock as time
from pointsapp.core.actor import Actor, Role
from pointsapp.core.transaction import write
from pointsapp.inspections.services import AnnounceDraw, DrawReceipt, announce_draw
from pointsapp.people.models import Person, RoleGrant
from pointsapp.stars.models import Branch
from pointsapp.stars.services import import_scheme
from tests.factories import actor_of, make_area, make_staff, make_tree
from tests.stars.things import SMALL_SCHEME, make_branches, this_round

SEED = "ab" * 32
VALUE = "3 7 9"


@dataclass
class Street:
    """A street with seven branches, its office, three inspectors, and the same of another street."""

    session: Session
    tree: dict[str, Area]
    communities: list[Area]
    people: dict[str, Person]

    def actor(self, who: str) -> Actor:
        return actor_of(self.session, self.session.merge(self.people[who]))

    @property
    def branch(self) -> str:
        return f"b-{self.communities[0].code}"

    def branch_id(self, code: str) -> int:
        return self.session.scalars(select(Branch.id).where(Branch.code == code)).one()

    def public_id(self, code: str) -> str:
        return self.session.scalars(select(Branch.public_id).where(Branch.code == code)).one()

    def grants(self, *who: str) -> tuple[str, ...]:
        found = []
        for name in who:
            person = self.session.merge(self.people[name])
            found.append(
                self.session.scalars(
                    select(RoleGrant.public_id).where(
                        RoleGrant.person_id == person.id, RoleGrant.role == Role.INSPECTOR
                    )
                ).one()
            )
        return tuple(found)

    def announcement(self, **over: Any) -> AnnounceDraw:
        values: dict[str, Any] = {
            "round_id": this_round(self.session).public_id,
            "area": self.tree["street"].public_id,
            "title": "台账真实性抽查",
            "branches": (),
            "inspectors": self.grants("inspector", "second", "third"),
            "take": 3,
            "per_branch": 2,
            "value_name": "福彩3D 第2026315期开奖号码",
            "value_source": "中国福彩网开奖公告",
            "value_at": time.now() + timedelta(hours=20),
            "seed": SEED,
        }
        return AnnounceDraw(**{**values, **over})

    def announce(self, *, now: datetime | None = None, **over: Any) -> DrawReceipt:
        return write(announce_draw, self.actor("office"), self.announcement(**over), now=now or time.now())


def make_street(session: Session, scheme: dict[str, Any] = SMALL_SCHEME) -> Street:
    tree = make_tree(session)
    more = [make_area(session, tree["street"], AreaKind.COMMUNITY) for _ in range(5)]
    communities = [tree["community"], tree["other"], *more]
    elsewhere = make_area(session, tree["other_street"], AreaKind.COMMUNITY)
    make_branches(session, *communities, elsewhere)
    write(import_scheme, scheme, {}, now=time.now())
    street = tree["street"]
    people = {
        "office": make_staff(session, street, Role.STREET_ADMIN),
        "foreign_office": make_staff(session, tree["other_street"], Role.STREET_ADMIN),
        "inspector": make_staff(session, street, Role.INSPECTOR),
        "second": make_staff(session, street, Role.INSPECTOR),
        "third": make_staff(session, tree["district"], Role.INSPECTOR),
        "foreign_inspector": make_staff(session, tree["other_street"], Role.INSPECTOR),
        "secretary": make_staff(session, tree["community"], Role.BRANCH_SECRETARY),
        "other_secretary": make_staff(session, tree["other"], Role.BRANCH_SECRETARY),
        "staff": make_staff(session, tree["community"], Role.STAFF),
        "auditor": make_staff(session, street, Role.AUDITOR),
        "reader": make_staff(session, tree["district"], Role.DISTRICT_READER),
        "assessor": make_staff(session, street, Role.ASSESSOR),
    }
    # As they stand now, detached: the end of a request would empty the rows.
    for row in {*tree.values(), *communities, *people.values()}:
        session.refresh(row)
        session.expunge(row)
    return Street(session=session, tree=tree, communities=communities, people=people)
