"""Points that go round: found from any gift of the ring, not where they only go on, and told once."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from sqlalchemy import select

from pointsapp.areas.models import Area
from pointsapp.core import policy
from pointsapp.core.actor import Role
from pointsapp.core.masking import mask_name
from pointsapp.core.transaction import write
from pointsapp.giving.policies import RING_PEOPLE
from pointsapp.giving.rules import rings_through
from pointsapp.giving.services import GivePoints, give_points
from pointsapp.people.models import Person
from pointsapp.watch.models import Anomaly, AnomalyEvidence
from pointsapp.watch.services import look_around
from tests.conftest import Clock, HouseClient
from tests.factories import bearer, kept, make_person, make_staff
from tests.giving.conftest import Street, do
from tests.merchants.shops import give_points as earn

ROUND = {1: [2], 2: [3, 1], 3: [1, 4], 4: [1, 5], 5: [1]}


def gave(people: frozenset[int]) -> dict[int, Iterable[int]]:
    return {person: ROUND.get(person, []) for person in people}


@pytest.mark.parametrize(
    ("most", "rings"),
    [
        (1, []),
        (2, [(1, 2)]),
        (3, [(1, 2), (1, 2, 3)]),
        (4, [(1, 2), (1, 2, 3), (1, 2, 3, 4)]),
        (9, [(1, 2), (1, 2, 3), (1, 2, 3, 4), (1, 2, 3, 4, 5)]),
    ],
)
def test_rings_are_found_up_to_so_many_people(most: int, rings: list[tuple[int, ...]]) -> None:
    assert rings_through(gave, 1, 2, most) == rings


def test_a_ring_is_the_same_from_any_of_its_gifts() -> None:
    assert (1, 2, 3) in rings_through(gave, 2, 3, 3)
    assert (1, 2, 3) in rings_through(gave, 3, 1, 3)


def give(street: Street, giver: Person, receiver: Person, points: int) -> None:
    do(give_points, street.actor(giver), GivePoints(volunteer_number=receiver.volunteer_number, points=points))


def third(street: Street) -> Person:
    person = make_person(street.session)
    earn(street.session, person, 100)
    return kept(street.session, person)  # type: ignore[no-any-return]


def look(street: Street, clock: Clock) -> list[tuple[str, int]]:
    clock.forward(minutes=5)
    while write(look_around, now=clock.at):
        pass
    rows = street.session.execute(select(Anomaly.key, Anomaly.rows).where(Anomaly.rule == "giving.ring"))
    return [(key, count) for key, count in rows]


def test_three_who_pass_points_round_are_one_case(street: Street, clock: Clock) -> None:
    one, two, three = street.giver, street.receiver, third(street)
    give(street, one, two, 20)
    give(street, two, three, 20)
    assert look(street, clock) == []
    give(street, three, one, 20)
    ring = "-".join(str(each) for each in _turned((one.id, two.id, three.id)))
    assert look(street, clock) == [(f"ring:{ring}", 3)]
    assert look(street, clock) == [(f"ring:{ring}", 3)]
    kinds = street.session.scalars(select(AnomalyEvidence.kind)).all()
    assert kinds == ["gift"] * 3


def test_a_ring_shows_no_residents_whole_name(street: Street, clock: Clock, client: HouseClient) -> None:
    give(street, street.giver, street.receiver, 30)
    give(street, street.receiver, street.giver, 20)
    look(street, clock)
    case = street.session.scalars(select(Anomaly)).one()
    area = street.session.get_one(Area, case.area_id)
    auditor = make_staff(street.session, area, Role.AUDITOR)
    tokens = bearer(street.session, auditor)
    client.sign_in(auditor)
    api = client.get(f"/api/v1/anomalies/{case.public_id}", headers=tokens)
    listed, opened = (client.get(f"/console/watch{rest}") for rest in ("", f"/{case.public_id}"))
    for answer, shown in (
        (listed, listed.get_data(as_text=True)),
        (opened, opened.get_data(as_text=True)),
        (api, str(api.json)),
    ):
        assert answer.status_code == 200
        assert mask_name(street.giver.name) in shown
        for resident in (street.giver, street.receiver):
            assert resident.name not in shown
    assert "赠送积分" in opened.get_data(as_text=True)
    in_english = client.get(f"/console/watch/{case.public_id}?lang=en").get_data(as_text=True)
    assert "赠送积分" not in in_english


def _turned(ring: tuple[int, ...]) -> tuple[int, ...]:
    least = ring.index(min(ring))
    return ring[least:] + ring[:least]


def test_two_who_give_each_other_are_a_ring_only_from_so_many_points(street: Street, clock: Clock) -> None:
    give(street, street.giver, street.receiver, 30)
    give(street, street.receiver, street.giver, 19)
    assert look(street, clock) == []
    give(street, street.receiver, street.giver, 1)
    assert [rows for _key, rows in look(street, clock)] == [3]


def test_what_lies_too_far_back_is_no_ring(street: Street, clock: Clock) -> None:
    give(street, street.giver, street.receiver, 20)
    clock.forward(days=31)
    give(street, street.receiver, street.giver, 20)
    assert look(street, clock) == []


def test_the_number_of_people_is_a_policy(street: Street, clock: Clock) -> None:
    policy.set_value(street.session, RING_PEOPLE, 2, now=clock.at)
    street.session.commit()
    one, two, three = street.giver, street.receiver, third(street)
    for giver, receiver in ((one, two), (two, three), (three, one)):
        give(street, giver, receiver, 20)
    assert look(street, clock) == []
