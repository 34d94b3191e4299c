"""Certificates by the API: asked for, confirmed by each organiser, verified by anybody, superseded by a correction."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pointsapp.core import clock as time
from pointsapp.worker import deliver_events
from tests.certificates.things import Scene
from tests.conftest import HouseClient
from tests.factories import bearer

SPAN = {"from_on": "2026-11-01", "until_on": "2026-11-20"}


@pytest.fixture
def heads(scene: Scene) -> dict[str, Any]:
    people = {who: getattr(scene, who) for who in ("volunteer", "here", "there", "street")}
    return {who: bearer(scene.session, person) for who, person in people.items()}


def _lines(client: HouseClient, head: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/api/v1/certificate-lines", headers=head).json["items"]
    return found


def test_from_asking_to_verifying(scene: Scene, client: HouseClient, heads: dict[str, Any]) -> None:
    service = scene.serve("community", minutes=90)
    scene.serve("other", minutes=60, at=time.now() - timedelta(days=5))
    asked = client.post("/api/v1/me/certificates", json=SPAN, headers=heads["volunteer"])
    assert (asked.status_code, asked.json["number"]) == (201, None)
    twice = client.post("/api/v1/me/certificates", json=SPAN, headers=heads["volunteer"])
    assert (twice.status_code, twice.json["code"]) == (409, "certificate_waiting")
    path = f"/api/v1/me/certificates/{asked.json['id']}"
    assert client.get(f"{path}/file", headers=heads["volunteer"]).status_code == 404, "nothing is issued yet"
    (here,) = _lines(client, heads["here"])
    (there,) = _lines(client, heads["there"])
    confirm = "/api/v1/certificate-lines/{}/confirmation"
    wrong = client.post(confirm.format(here["id"]), json={"minutes": 91}, headers=heads["here"])
    assert (wrong.status_code, wrong.json["code"], wrong.json["facts"]) == (409, "record_changed", {"minutes": 90})
    refused = client.post(confirm.format(there["id"]), json={"minutes": 60}, headers=heads["here"])
    assert refused.status_code == 404, "another organiser's"
    first = client.post(confirm.format(here["id"]), json={"minutes": 90}, headers=heads["here"])
    assert (first.status_code, first.json["number"]) == (200, None)
    again = client.post(confirm.format(here["id"]), json={"minutes": 90}, headers=heads["here"])
    assert (again.status_code, again.json["code"]) == (409, "line_decided")
    number = client.post(confirm.format(there["id"]), json={"minutes": 60}, headers=heads["there"]).json["number"]
    mine = client.get(path, headers=heads["volunteer"]).json
    assert (mine["state"], mine["minutes"], len(mine["lines"])) == ("issued", 150, 2)
    assert [each["id"] for each in client.get("/api/v1/me/certificates", headers=heads["volunteer"]).json["items"]] == [
        asked.json["id"]
    ]
    file = client.get(f"{path}/file", headers=heads["volunteer"])
    assert (file.mimetype, file.data[:4]) == ("application/pdf", b"%PDF")
    shown = client.get(f"/api/v1/certificates/{number.lower()}").json  # anybody, as it was copied from paper
    assert (shown["state"], shown["minutes"], shown["superseded_at"]) == ("issued", 150, None)
    assert scene.volunteer.name not in str(shown)
    scene.correct(service, 30)
    deliver_events(time.now())
    assert client.get(f"/api/v1/certificates/{number}").json["state"] == "superseded"


def test_refused_with_a_reason_and_taken_back(scene: Scene, client: HouseClient, heads: dict[str, Any]) -> None:
    none = client.post("/api/v1/me/certificates", json=SPAN, headers=heads["volunteer"])
    assert (none.status_code, none.json["code"]) == (409, "nothing_to_certify")
    scene.serve("community")
    ask = client.post("/api/v1/me/certificates", json=SPAN, headers=heads["volunteer"]).json
    (line,) = _lines(client, heads["here"])
    why = {"reason": "那天没有来"}
    said = client.post(f"/api/v1/certificate-lines/{line['id']}/refusal", json=why, headers=heads["here"])
    assert said.status_code == 200
    read = client.get(f"/api/v1/me/certificates/{ask['id']}", headers=heads["volunteer"]).json
    assert (read["state"], read["lines"][0]["reason"]) == ("rejected", "那天没有来")
    other = client.post("/api/v1/me/certificates", json=SPAN, headers=heads["volunteer"]).json
    gone = client.post(f"/api/v1/me/certificates/{ask['id']}/withdrawal", headers=heads["volunteer"])
    assert (gone.status_code, gone.json["code"]) == (409, "wrong_state"), "it is not the one that waits"
    back = client.post(f"/api/v1/me/certificates/{other['id']}/withdrawal", headers=heads["volunteer"])
    assert back.status_code == 200
    assert _lines(client, heads["here"]) == []


def test_who_has_no_part_in_it_reads_nothing(scene: Scene, client: HouseClient, heads: dict[str, Any]) -> None:
    scene.serve("community")
    asked = client.post("/api/v1/me/certificates", json=SPAN, headers=heads["volunteer"]).json
    assert client.get(f"/api/v1/me/certificates/{asked['id']}", headers=heads["here"]).status_code == 404
    assert client.get("/api/v1/certificate-lines", headers=heads["volunteer"]).status_code == 403
    assert _lines(client, heads["there"]) == []
    assert client.get("/api/v1/certificates/123456789012").status_code == 404
    turned = client.post(
        "/api/v1/me/certificates", json={"from_on": "2026-11-20", "until_on": "2026-11-01"}, headers=heads["here"]
    )
    assert set(turned.json["errors"]) == {"until_on"}
