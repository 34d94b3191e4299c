"""Figures and the public statement by the API: the same numbers as on the pages, within one's remit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from pointsapp.core import clock as time
from pointsapp.core.actor import Role
from pointsapp.core.transaction import write
from pointsapp.statistics.queries import area_page
from pointsapp.statistics.services import close_ended, count_running
from tests.conftest import Clock, HouseClient
from tests.factories import bearer, make_person, make_staff
from tests.statistics.test_services import MONTH, Street


@pytest.fixture
def street(session: Session) -> Street:
    return Street(session)


def test_an_areas_figures(street: Street, client: HouseClient) -> None:
    street.earns(street.person("grid"), 20)
    street.earns(street.person("other"), 50)
    session = street.session
    staff = bearer(session, make_staff(session, session.merge(street.areas["street"]), Role.STREET_ADMIN))
    write(count_running, now=time.now())
    path = f"/api/v1/areas/{street.areas['street'].code}/statistics"
    found = client.get(path, headers=staff).json
    page = area_page(session, MONTH, street.row("street"))
    assert (found["period"], found["is_closed"], found["period_digest"]) == (MONTH, False, None)
    assert found["digest"] == page.digest
    assert found["total"] == page.sums.total
    assert found["total"]["issued"] == 70
    assert {each["area"]["code"]: each["figures"]["issued"] for each in found["below"]} == {
        street.areas["community"].code: 20,
        street.areas["other"].code: 50,
    }
    year = client.get(f"{path}?period=2026", headers=staff).json
    assert year["total"]["issued"] == 70
    assert client.get(f"{path}?period=2025", headers=staff).status_code == 404
    assert client.get(f"{path}?period=soon", headers=staff).status_code == 422
    away = client.get(f"/api/v1/areas/{street.areas['other_street'].code}/statistics", headers=staff)
    assert away.status_code == 404
    resident = bearer(session, make_person(session, session.merge(street.areas["grid"])))
    assert client.get(path, headers=resident).json["code"] == "not_allowed"


def test_closed_periods_and_their_digests_are_everybodys(street: Street, client: HouseClient, clock: Clock) -> None:
    street.earns(street.person("grid"), 20)
    assert client.get("/api/v1/statistics/periods").json["items"] == []
    assert "还没有定格的统计" in client.get("/statistics/closed").text
    clock.at = time.day_bounds(time.local_day(clock.at).replace(day=30))[1] + timedelta(days=32)
    while write(close_ended, now=time.now()):
        pass
    found = client.get("/api/v1/statistics/periods?limit=2").json
    assert [each["period"] for each in found["items"]] == ["2026-Q4", "2026-12"]
    rest = client.get(f"/api/v1/statistics/periods?cursor={found['next_cursor']}").json
    assert [each["period"] for each in rest["items"]] == ["2026", MONTH]
    digest = rest["items"][1]["digest"]
    page = client.get("/statistics/closed").text
    assert digest in page
    assert f"/statement?month={MONTH}" in page
    assert f"/statistics/closed#period-{MONTH}" in client.get(f"/statement?month={MONTH}").text
    assert "/statistics/closed" not in client.get("/statement").text, "a month that runs is not closed"


def test_the_public_statement(street: Street, client: HouseClient) -> None:
    person = street.person("other")
    street.earns(person, 50)
    street.spends(person, 20)
    found = client.get("/api/v1/statement").json
    assert (found["first_on"], found["is_running"], found["adds_up"]) == ("2026-11-01", True, True)
    assert (found["month"]["issued"], found["month"]["spent"], found["ever"]["available"]) == (50, 20, 30)
    assert found["minutes_in_month"] == 60
    assert client.get("/api/v1/statement?month=2026-10").json["month"]["issued"] == 0
    assert client.get("/api/v1/statement?month=2027-01").status_code == 404
    assert client.get("/api/v1/statement?month=2026-13").status_code == 422
