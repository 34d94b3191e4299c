"""Merging's pages: two accounts side by side, a proposal with a reason, a second person who confirms."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.merging.models import Merge, MergeState
from pointsapp.people.models import Person
from tests.checkin.venue import Venue
from tests.conftest import HouseClient
from tests.home.counting import MOST, counted


def text(answer: Any) -> str:
    return answer.get_data(as_text=True)  # type: ignore[no-any-return]


def two(venue: Venue) -> tuple[Person, Person]:
    return venue.person(name="李桂兰"), venue.person(name="李桂兰", phone=None)


def test_from_the_list_to_one_account(client: HouseClient, venue: Venue, session: Session) -> None:
    new, old = two(venue)
    shift = venue.shift()
    venue.sign_up(shift, old)
    venue.scan(old, shift)
    client.sign_in(venue.staff)
    with counted(session.get_bind()) as queries:
        page = client.get("/console/duplicates")
    assert len(queries) <= MOST
    pair = f"/console/duplicates/{new.public_id}/{old.public_id}"
    assert pair in text(page)
    with counted(session.get_bind()) as queries:
        page = client.get(pair)
    assert len(queries) <= MOST
    assert "20 分，两本账各记一笔" in text(page)
    assert "合并以后不能拆开" in text(page)
    empty = client.post(pair, data={"reason": ""})
    assert empty.status_code == 422
    posted = client.post(pair, data={"reason": "本人到窗口"})
    assert posted.status_code == 303
    assert "等另一位确认" in text(client.get(posted.location))
    assert "是同一个人，合并" not in text(client.get(posted.location))
    client.sign_in(venue.other_staff)
    with counted(session.get_bind()) as queries:
        page = client.get(posted.location)
    assert len(queries) <= MOST
    assert "是同一个人，合并" in text(page)
    done = client.post(f"{posted.location}/confirmation")
    assert done.status_code == 303
    assert "已经转到保留的账号" in text(client.get(done.location))
    assert venue.books(session.get_one(Person, new.id)) == (20, 120)
    leads = client.get(f"/console/people/{old.public_id}")
    assert leads.location == f"/console/people/{new.public_id}"


def test_a_no_with_its_reason(client: HouseClient, venue: Venue, session: Session) -> None:
    new, old = two(venue)
    client.sign_in(venue.staff)
    address = client.post(f"/console/duplicates/{new.public_id}/{old.public_id}", data={"reason": "同名"}).location
    client.sign_in(venue.other_staff)
    assert client.post(f"{address}/rejection", data={"reason": ""}).status_code == 422
    assert client.post(f"{address}/rejection", data={"reason": "是母女"}).status_code == 303
    assert session.scalars(select(Merge.state)).one() is MergeState.REJECTED
    assert "是母女" in text(client.get(address))


def test_two_numbers_by_hand(client: HouseClient, venue: Venue) -> None:
    keep, give_up = venue.person(), venue.person()
    client.sign_in(venue.staff)
    typed = {"keep": keep.volunteer_number, "give_up": give_up.phone}
    answer = client.get("/console/duplicates", query_string=typed)
    assert answer.location == f"/console/duplicates/{keep.public_id}/{give_up.public_id}"
    again = client.get("/console/duplicates", query_string={"keep": "13800000000", "give_up": "1"})
    assert "没有找到这两个账号" in text(again)


def test_it_waits_on_the_list_of_the_day(client: HouseClient, venue: Venue) -> None:
    new, old = two(venue)
    client.sign_in(venue.staff)
    address = client.post(f"/console/duplicates/{new.public_id}/{old.public_id}", data={"reason": "同名"}).location
    assert address not in text(client.get("/console/work"))
    client.sign_in(venue.other_staff)
    page = text(client.get("/console/work"))
    assert address in page
    assert "李桂兰" not in page


def test_whose_it_is_not(client: HouseClient, venue: Venue) -> None:
    new, old = two(venue)
    pair = f"/console/duplicates/{new.public_id}/{old.public_id}"
    assert client.sign_in(venue.person()).get("/console/duplicates").status_code == 403
    assert client.sign_in(venue.foreign_staff).get(pair).status_code == 404
