"""One picture in several deeds: found whoever handed it in, told once, not where pictures differ."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from pointsapp.core import policy
from pointsapp.core.transaction import write
from pointsapp.deeds.models import Deed
from pointsapp.deeds.policies import SAME_LEAST
from pointsapp.watch.messages import evidence_page_of
from pointsapp.watch.models import Anomaly, AnomalyEvidence
from pointsapp.watch.services import look_around
from tests.conftest import Clock
from tests.deeds.conftest import Street, picture


def look(street: Street, clock: Clock) -> list[tuple[int, int | None]]:
    clock.forward(minutes=5)
    while write(look_around, now=clock.at):
        pass
    found = select(Anomaly.rows, Anomaly.person_id).where(Anomaly.rule == "deeds.same_picture").order_by(Anomaly.id)
    return [(rows, person) for rows, person in street.session.execute(found)]


@pytest.mark.parametrize("again", [{}, {"size": (320, 240), "quality": 40}, {"light": 1.2}])
def test_two_people_with_one_picture_are_a_case(street: Street, clock: Clock, again: dict[str, object]) -> None:
    street.hand_in(1)
    assert look(street, clock) == []
    street.hand_in(1, street.neighbour, picture=picture(1, **again))
    assert look(street, clock) == [(2, None)]
    assert look(street, clock) == [(2, None)]
    street.hand_in(1, street.colleague)
    assert look(street, clock) == [(3, None)]
    facts = street.session.scalars(select(AnomalyEvidence.facts)).all()
    assert {fact["title"] for fact in facts} == {"tidy"}


def test_a_person_who_hands_in_one_picture_made_anew_is_named(street: Street, clock: Clock) -> None:
    street.hand_in(1)
    street.hand_in(1, picture=picture(1, quality=50))
    assert look(street, clock) == [(2, street.doer.id)]


def test_different_pictures_are_none(street: Street, clock: Clock) -> None:
    for number in range(5):
        street.hand_in(number)
    assert look(street, clock) == []


def test_the_number_is_a_policy(street: Street, clock: Clock) -> None:
    policy.set_value(street.session, SAME_LEAST, 3, now=clock.at)
    street.session.commit()
    street.hand_in(1)
    street.hand_in(1, street.neighbour)
    assert look(street, clock) == []
    street.hand_in(1, street.colleague)
    assert look(street, clock) == [(3, None)]


def test_its_rows_lead_to_each_deed_with_its_picture(app: Flask, street: Street, clock: Clock) -> None:
    street.hand_in(1)
    street.hand_in(1, street.neighbour)
    look(street, clock)
    rows = street.session.scalars(select(AnomalyEvidence.facts)).all()
    with app.test_request_context():
        leads = [evidence_page_of("deeds.same_picture", facts) for facts in rows]
    assert leads == [
        f"/console/deeds/{key}" for key in street.session.scalars(select(Deed.public_id).order_by(Deed.id))
    ]
