"""Anomalies over the API: found, looked at, decided by who had no hand in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pointsapp.core.actor import Role
from tests.conftest import HouseClient
from tests.factories import bearer, make_staff
from tests.watch.things import Street

NIGHT = datetime(2026, 11, 18, 16, tzinfo=UTC)
PATH = "/api/v1/anomalies"


def test_from_the_list_to_the_decision(street: Street, client: HouseClient) -> None:
    persons = [street.person() for _ in range(5)]
    for number, person in enumerate(persons):
        street.attends(person, street.staff, NIGHT + timedelta(minutes=number))
    street.look()
    head = bearer(street.session, street.office)
    (case,) = client.get(PATH, headers=head).json["items"]
    assert (case["rule"], case["state"], case["rows"]) == ("checkin.night_batch", "open", 5)
    assert "给 5 人以上点名" in case["stated"]
    one = f"{PATH}/{case['id']}"
    read = client.get(one, headers=head).json
    assert len(read["evidence"]) == 5
    assert [step["state"] for step in read["steps"]] == ["open"]
    assert persons[0].name not in str(read), "whom it credits is masked"
    page = client.get(f"{one}/evidence?limit=2", headers=head).json
    assert len(page["items"]) == 2
    assert page["next_cursor"]
    assert client.post(f"{one}/decision", json={"state": "harmless"}, headers=head).status_code == 422
    said = {"state": "harmless", "reason": "补录白天的签到表"}
    auditor = bearer(street.session, street.auditor)
    assert client.post(f"{one}/decision", json=said, headers=auditor).status_code == 403
    for _twice in range(2):
        done = client.post(f"{one}/decision", json=said, headers=head)
        assert (done.status_code, done.json) == (200, {"id": case["id"], "state": "harmless"})
    other = client.post(f"{one}/decision", json={"state": "closed", "reason": "已更正"}, headers=head)
    assert (other.status_code, other.json["code"]) in ((409, "wrong_state"), (422, "validation_failed"))
    assert client.get(PATH, headers=head).json["items"] == []
    (there,) = client.get(f"{PATH}?state=harmless&rule=checkin.night_batch", headers=head).json["items"]
    assert there["id"] == case["id"]
    assert [step["reason"] for step in client.get(one, headers=auditor).json["steps"]] == ["", "补录白天的签到表"]


def test_it_is_nothing_to_other_streets_and_to_who_may_be_meant(street: Street, client: HouseClient) -> None:
    street.redeems(street.person(), NIGHT)
    (case,) = street.look()["redemption.out_of_hours"]
    foreign = bearer(street.session, make_staff(street.session, street.areas["other_street"], Role.STREET_ADMIN))
    assert client.get(PATH, headers=foreign).json["items"] == []
    assert client.get(f"{PATH}/{case.public_id}", headers=foreign).status_code == 404
    assert client.get(PATH, headers=bearer(street.session, street.staff)).status_code == 403
