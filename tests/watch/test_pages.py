"""The desk: what was found, its evidence, a decision."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from pointsapp.core.actor import Role
from pointsapp.core.masking import mask_name
from tests.conftest import HouseClient
from tests.factories import make_staff
from tests.watch.things import Street

NIGHT = datetime(2026, 11, 18, 16, tzinfo=UTC)


def test_the_desk_shows_evidence_and_takes_a_decision(street: Street, client: HouseClient) -> None:
    persons = [street.person() for _ in range(5)]
    for number, person in enumerate(persons):
        street.attends(person, street.staff, NIGHT + timedelta(minutes=number))
    (case,) = street.look()["checkin.night_batch"]
    client.sign_in(street.office)
    listed = client.get("/console/watch").get_data(as_text=True)
    assert f"/console/watch/{case.public_id}" in listed
    assert "给 5 人以上点名" in listed
    page = client.get(f"/console/watch/{case.public_id}").get_data(as_text=True)
    assert page.count("红专路夜巡") == 5
    assert street.staff.name in page
    assert persons[0].name not in page  # whom it credits is masked
    without = client.post(f"/console/watch/{case.public_id}/decision", data={"state": "harmless"})
    assert without.status_code == 422
    done = client.post(
        f"/console/watch/{case.public_id}/decision", data={"state": "harmless", "reason": "补录白天的签到表"}
    )
    assert done.status_code == 303
    shown = client.get(done.headers["Location"]).get_data(as_text=True)
    assert "补录白天的签到表" in shown
    assert "判断记下了" in shown
    assert "更正请按平时的办法办" not in shown  # nothing is to be corrected
    assert case.public_id not in client.get("/console/watch").get_data(as_text=True)
    assert case.public_id in client.get("/console/watch?state=harmless").get_data(as_text=True)


def test_another_street_sees_nothing_of_it(street: Street, client: HouseClient) -> None:
    street.redeems(street.person(), NIGHT)
    (case,) = street.look()["redemption.out_of_hours"]
    client.sign_in(make_staff(street.session, street.areas["other_street"], Role.STREET_ADMIN))
    assert case.public_id not in client.get("/console/watch").get_data(as_text=True)
    assert client.get(f"/console/watch/{case.public_id}").status_code == 404
    client.sign_in(street.staff)
    assert client.get("/console/watch").status_code == 403


def test_it_can_be_read_in_english(street: Street, client: HouseClient) -> None:
    client.sign_in(street.auditor)
    page = client.get("/console/watch?lang=en").get_data(as_text=True)
    assert "Unusual records" in page
    assert "%(" not in page


def test_who_did_it_for_themself_is_masked_beside_themself(street: Street, client: HouseClient) -> None:
    person = street.person()
    street.attends(person, None, NIGHT, decided_by_id=person.id)
    (case,) = street.look()["checkin.self_credit"]
    client.sign_in(street.office)
    for page in (client.get("/console/watch"), client.get(f"/console/watch/{case.public_id}")):
        shown = page.get_data(as_text=True)
        assert mask_name(person.name) in shown
        assert person.name not in shown


def test_a_row_leads_who_decides_to_where_it_is_put_right(street: Street, client: HouseClient) -> None:
    for number in range(5):
        street.attends(street.person(), street.staff, NIGHT + timedelta(minutes=number))
    (case,) = street.look()["checkin.night_batch"]
    client.sign_in(street.office)
    shown = client.get(f"/console/watch/{case.public_id}").get_data(as_text=True)
    leads = re.findall(r'href="(/console/signups/\w+/correction)"', shown)
    assert len(leads) == 5
    assert client.get(leads[0]).status_code == 200
    client.sign_in(street.auditor)
    assert "/correction" not in client.get(f"/console/watch/{case.public_id}").get_data(as_text=True)
