"""What comes in late is closed by another look, also within the same second; the page asks for all that is open at once."""

from __future__ import annotations

from sqlalchemy.orm import Session

from benchmarks.pages import counting_queries
from pointsapp.core import clock
from pointsapp.core.transaction import write
from pointsapp.ledger.services import close_person
from tests.conftest import HouseClient
from tests.factories import make_platform_admin
from tests.merchants.shops import Shop, give_points


def test_a_later_remainder_lapses_in_the_same_second(session: Session, shop: Shop) -> None:
    moment, lapsed = clock.now(), []
    for points in (30, 60, 60):
        give_points(session, shop.resident, points)
        lapsed.append(write(close_person, shop.resident.id, now=moment))
    assert lapsed == [30, 60, 60]
    assert write(close_person, shop.resident.id, now=moment) == 0


def test_the_page_asks_little(session: Session, client: HouseClient, shop: Shop) -> None:
    client.sign_in(make_platform_admin(session))
    with counting_queries(client.application) as count:
        assert client.get(f"/console/people/{shop.resident.public_id}/erasure").status_code == 200
    assert 0 < count.number <= 12
