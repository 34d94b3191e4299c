"""The demo street: real counts, enough life, books that balance, log-ins that open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from pointsapp.areas.models import Area, AreaKind
from pointsapp.checkin.models import Attendance
from pointsapp.core import clock
from pointsapp.core.db import db
from pointsapp.demo import load_demo_once, print_log_ins
from pointsapp.demo.log_ins import LOG_INS, PASSWORD
from pointsapp.ledger.queries import verify
from pointsapp.merchants.models import Merchant
from pointsapp.people.models import Person
from pointsapp.redemption.models import Voucher
from pointsapp.stars.queries import newest_round, standings
from pointsapp.tasks.models import Shift
from tests import databases
from tests.conftest import HouseClient


@pytest.fixture(scope="module")
def street() -> Iterator[databases.Clone]:
    """The whole demo street, loaded once for this file on SQLite, as `make run` does."""
    own = databases.clone("sqlite", demo=True)
    own.app.test_client_class = HouseClient
    with own.app.app_context():
        load_demo_once(lambda _line: None)
    yield own
    own.drop()


def _count(model: type, *where: object) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0  # type: ignore[arg-type]


def test_the_street_has_the_counts_of_the_newspaper_and_enough_life(street: databases.Clone) -> None:
    with street.app.app_context():
        assert _count(Area, Area.kind == AreaKind.COMMUNITY) == 11
        assert _count(Area, Area.kind == AreaKind.GRID) == 53
        assert _count(Person) >= 2000
        assert _count(Merchant) == 40
        assert _count(Attendance) >= 6000
        assert _count(Voucher) >= 1000
        assert _count(Shift, Shift.starts_at > clock.now()) >= 10


def test_its_books_balance_and_its_board_has_stars(street: databases.Clone) -> None:
    with street.app.app_context():
        report = verify(db.session)  # type: ignore[arg-type]
        assert report.ok, report
        found = newest_round(db.session, now=clock.now())  # type: ignore[arg-type]
        assert found is not None
        rows = standings(db.session, found, now=clock.now())  # type: ignore[arg-type]
        assert len(rows) == 11


def test_every_log_in_opens(street: databases.Clone) -> None:
    said: list[str] = []
    print_log_ins(said.append, "http://127.0.0.1:8000")
    for each in LOG_INS:
        assert any(each.phone in line for line in said)
        browser = street.app.test_client()
        answer = browser.post("/sign-in", data={"account": each.phone, "password": PASSWORD})
        assert answer.status_code == 303, each.key
        assert "演示数据" in browser.get("/me").get_data(as_text=True)


def test_loading_again_keeps_everything_and_wakes_a_street_left_standing(street: databases.Clone) -> None:
    with street.app.app_context():
        before = _count(Shift), _count(Attendance)
        load_demo_once(lambda _line: None)
        assert (_count(Shift), _count(Attendance)) == before
        later = clock.now() + timedelta(days=30)
        clock.use_source(lambda: later)
        try:
            load_demo_once(lambda _line: None)
            assert _count(Shift, Shift.starts_at > later) >= 10
        finally:
            clock.use_source(None)
        assert verify(db.session).ok  # type: ignore[arg-type]
