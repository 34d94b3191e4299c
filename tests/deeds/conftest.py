from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from random import Random
from typing import Any

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock as clock_module
from pointsapp.core import uploads
from pointsapp.core.actor import Actor, Role
from pointsapp.core.likeness import likeness_of
from pointsapp.core.transaction import write
from pointsapp.deeds.models import DeedKind
from pointsapp.deeds.services import HandIn, KeptPicture, hand_in
from pointsapp.people.models import Person
from pointsapp.rewards.services import GrantBudget, grant_budget
from tests.conftest import Clock
from tests.factories import actor_of, kept, make_person, make_platform_admin, make_staff, make_tree


def do(fn: Callable[..., Any], *args: Any) -> Any:
    """Run a service in a transaction of its own at the test's moment."""
    return write(fn, *args, now=clock_module.now())


def drawn(number: int, *, size: tuple[int, int] = (640, 480), quality: int = 88, light: float = 1.0) -> bytes:
    """Return a JPEG with something on it: the same scene for a number, however large, bright or often saved."""
    dice = Random(number)
    scene = Image.new("L", (24, 18))
    scene.putdata([dice.randrange(30, 200) for _ in range(24 * 18)])
    picture = scene.resize((640, 480), Image.Resampling.BICUBIC).resize(size)
    out = io.BytesIO()
    picture.point(lambda dot: min(255, int(dot * light))).convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()


def picture(number: int, **over: Any) -> KeptPicture:
    """Return what is known of a picture that was kept (here nobody keeps the file)."""
    given = drawn(number, **over)
    clean = uploads.clean(given)
    return KeptPicture(sha256=clean.sha256, given_sha256=sha256(given).hexdigest(), likeness=likeness_of(clean.content))


@dataclass
class Street:
    """A resident of a grid, a neighbour, two of the community's staff, the street's office, and a budget of 1000 there."""

    session: Session
    tree: dict[str, Area]
    doer: Person
    neighbour: Person
    staff: Person
    colleague: Person
    admin: Person

    def actor(self, person: Person) -> Actor:
        return actor_of(self.session, person)

    def hand_in(self, number: int = 1, person: Person | None = None, **over: Any) -> str:
        """Hand in a deed and return its public id."""
        over.setdefault("picture", picture(number))
        command = HandIn(**{"kind": DeedKind.TIDY, "words": "把楼门口扫干净了", **over})
        public_id: str = do(hand_in, self.actor(person or self.doer), command).public_id
        return public_id


@pytest.fixture
def street(session: Session, clock: Clock) -> Street:
    return make_street(session)


def make_street(session: Session, budget: int = 1000) -> Street:
    tree = make_tree(session)
    root = make_platform_admin(session)
    if budget:
        do(grant_budget, actor_of(session, root), GrantBudget(area=tree["street"].code, points=budget, memo="季度"))
    people = [
        make_person(session, tree["grid"]),
        make_person(session, tree["community"]),
        make_staff(session, tree["community"]),
        make_staff(session, tree["community"], Role.GRID_LEADER),
        make_staff(session, tree["street"], Role.STREET_ADMIN),
    ]
    for area in tree.values():
        kept(session, area)
    return Street(session, tree, *(kept(session, person) for person in people))
