"""Closing a shift over the API: read what is open, decide, read that it is closed."""

from __future__ import annotations

from tests.checkin.test_closing import evening, key
from tests.checkin.venue import Venue
from tests.conftest import Clock, HouseClient
from tests.factories import bearer


def test_what_is_open_is_decided_in_one_call(venue: Venue, clock: Clock, client: HouseClient) -> None:
    shift, forgot, absent = evening(venue, clock)
    path = f"/api/v1/shifts/{shift.public_id}/closing"
    staff = bearer(venue.session, venue.staff)
    first = client.post(path, json={}, headers=staff).json
    assert (first["is_closed"], first["left"]) == (False, 2)
    read = client.get(path, headers=staff).json
    assert (read["is_over"], read["is_closed"], read["outcome"]["open"]) == (True, False, 2)
    lines = {line["user_id"]: line for line in read["lines"]}
    assert lines[forgot.public_id]["attendance_id"] == key(venue, forgot, shift)
    assert (lines[forgot.public_id]["state"], lines[forgot.public_id]["cut_off"]) == ("provisional", True)
    assert (lines[absent.public_id]["state"], lines[absent.public_id]["may_decide"]) == (None, True)
    chosen = {
        "minutes": {lines[forgot.public_id]["attendance_id"]: "confirm"},
        "absent": {lines[absent.public_id]["signup_id"]: "missed"},
    }
    for did in (1, 0):
        done = client.post(path, json=chosen, headers=staff)
        assert done.status_code == 200
        assert {name: done.json[name] for name in ("is_closed", "confirmed", "missed", "left")} == {
            "is_closed": True,
            "confirmed": did,
            "missed": did,
            "left": 0,
        }
    assert client.get(path, headers=staff).json["is_closed"] is True
    assert venue.books(forgot) == (20, 120)


def test_words_are_wanted_and_choices_are_known(venue: Venue, clock: Clock, client: HouseClient) -> None:
    shift, forgot, absent = evening(venue, clock)
    path = f"/api/v1/shifts/{shift.public_id}/closing"
    staff = bearer(venue.session, venue.staff)
    client.post(path, json={}, headers=staff)
    came, place = key(venue, forgot, shift), venue.signup(absent, shift).public_id
    for wrong, field in (
        ({"minutes": {came: "void"}}, "void_reason"),
        ({"absent": {place: "excused"}}, "excuse_words"),
        ({"minutes": {came: "perhaps"}}, "minutes"),
        ({"corrections": "all"}, "corrections"),
    ):
        answer = client.post(path, json=wrong, headers=staff)
        assert (answer.status_code, list(answer.json["errors"])) == (422, [field]), wrong


def test_a_passer_by_and_an_early_bird_are_refused(venue: Venue, clock: Clock, client: HouseClient) -> None:
    shift = venue.checked_out_shift()
    path = f"/api/v1/shifts/{shift.public_id}/closing"
    assert client.get(path, headers=bearer(venue.session, venue.sign_up(shift))).status_code in (403, 404)
    early = client.post(path, json={}, headers=bearer(venue.session, venue.staff))
    assert (early.status_code, early.json["code"]) == (409, "wrong_state")
