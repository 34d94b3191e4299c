"""Notices over the API: in the caller's language, one's own only, read once."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from tests.conftest import HouseClient
from tests.factories import bearer, make_person
from tests.notices.test_services import tell

PATH = "/api/v1/me/notices"


def ids(client: HouseClient, head: dict[str, str], query: str = "") -> list[str]:
    return [item["id"] for item in client.get(f"{PATH}{query}", headers=head).json["items"]]


def test_what_one_was_told_and_has_read(client: HouseClient, session: Session) -> None:
    person = make_person(session)
    for _ in range(2):
        tell(session, person)
    tell(session, person, "people.role_granted", role="staff")
    head = bearer(session, person)
    newest: dict[str, Any] = client.get(PATH, headers=head).json["items"][0]
    assert (newest["kind"], newest["is_read"]) == ("people.role_granted", False)
    assert "您是社区工作者" in newest["title"] + newest["text"]
    english = client.get(PATH, headers={**head, "Accept-Language": "en"}).json["items"][0]
    assert english["title"].isascii()
    first, second, third = ids(client, head)
    assert client.post(f"{PATH}/{second}/reading", headers=head).json == {"marked": 1}
    assert client.post(f"{PATH}/{second}/reading", headers=head).json == {"marked": 0}
    assert ids(client, head, "?unread=true") == [first, third]
    assert ids(client, head, "?unread=true&limit=1") == [first]
    assert client.post(f"{PATH}/reading", json={"up_to": third}, headers=head).json == {"marked": 1}
    assert ids(client, head, "?unread=true") == [first]


def test_somebody_elses_does_not_exist(client: HouseClient, session: Session) -> None:
    person, other = make_person(session), make_person(session)
    tell(session, other)
    (theirs,) = ids(client, bearer(session, other))
    head = bearer(session, person)
    assert ids(client, head) == []
    assert client.post(f"{PATH}/{theirs}/reading", headers=head).status_code == 404
    assert client.post(f"{PATH}/reading", json={"up_to": theirs}, headers=head).status_code == 404
    assert client.post(f"{PATH}/reading", json={}, headers=head).status_code == 422
