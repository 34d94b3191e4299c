"""Sold out is said at the porch only to whom it is the whole truth: never to who has a place, or an answer already."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from pointsapp.core import clock, policy
from pointsapp.core.db import db
from pointsapp.people.models import ApiToken, Person
from pointsapp.tasks.models import Audience, Shift
from pointsapp.tasks.policies import NO_SHOW_LIMIT, WEEKLY_QUOTA
from tests import factories as make
from tests.conftest import Stopwatch, inside
from tests.databases import Clone

pytestmark = pytest.mark.race
ANEW = frozenset({"X-Request-ID", "Server-Timing"})


class Rush:
    """A street, and a shift of one place."""

    def __init__(self, own: Clone) -> None:
        self.own, self.client = own, own.app.test_client()
        with own.app.app_context():
            self.tree = {name: area.id for name, area in make.make_tree(self.session).items()}
        self.task, self.shift = self.new_shift()

    @property
    def session(self) -> Any:
        return db.session

    def area(self, name: str = "community") -> Any:
        from pointsapp.areas.models import Area

        return self.session.get(Area, self.tree[name])

    def new_shift(self, *, capacity: int = 1, hours: int = 1, **over: Any) -> tuple[int, str]:
        with self.own.app.app_context():
            task = make.make_task(self.session, self.area(), **over)
            starts = clock.now() + timedelta(hours=hours)
            shift = make.make_shift(
                self.session, task, capacity=capacity, starts_at=starts, ends_at=starts + timedelta(hours=1)
            )
            return task.id, shift.public_id

    def person(self, area: str = "community", **over: Any) -> dict[str, str]:
        with self.own.app.app_context():
            return make.bearer(self.session, make.make_person(self.session, self.area(area), **over))

    def grab(self, who: dict[str, str], shift: str = "", **headers: str) -> Any:
        return self.client.post(
            f"/api/v1/shifts/{shift or self.shift}/signups",
            headers=who | {k.replace("_", "-"): v for k, v in headers.items()},
        )

    def change(self, statement: Any) -> None:
        with self.own.app.app_context():
            self.session.execute(statement)
            self.session.commit()


@pytest.fixture
def rush(live: Clone, watch: Stopwatch) -> Rush:
    return Rush(live)


def fill(rush: Rush) -> tuple[dict[str, str], dict[str, str]]:
    """Let one take the place and another hear that it is gone, so that the porch knows; return both."""
    first, late = rush.person(), rush.person()
    assert rush.grab(first).status_code == 201
    for _ in range(2):
        assert rush.grab(late).get_json()["code"] == "shift_full"
    return first, late


def test_the_porch_says_what_the_house_says(rush: Rush) -> None:
    fill(rush)
    people = [rush.person(), rush.person(locale="en"), rush.person(locale="zh")]
    asked = [(who, language) for who in people for language in ("zh-CN", "en", "fr")]
    with inside(rush.own.app) as seen:
        early = [rush.grab(who, Accept_Language=language) for who, language in asked]
    assert seen == []
    with inside(rush.own.app) as seen:  # a query string goes in
        path = f"/api/v1/shifts/{rush.shift}/signups?x="
        told = [rush.client.post(path, headers=who | {"Accept-Language": language}) for who, language in asked]
    assert len(seen) == len(asked)
    for before, after in zip(told, early, strict=True):
        assert (after.status, after.data) == (before.status, before.data)
        headers = [{pair for pair in answer.headers if pair[0] not in ANEW} for answer in (before, after)]
        assert headers[0] == headers[1]


def test_who_has_a_place_hears_so(rush: Rush) -> None:
    first, _late = fill(rush)
    answer = rush.grab(first)
    assert (answer.status_code, answer.get_json()["state"]) == (200, "confirmed")


def test_a_key_that_has_its_answer_gets_it_again_also_after_cancelling(rush: Rush) -> None:
    first = rush.person()
    given = rush.grab(first, Idempotency_Key="k-1")
    fillers = rush.person()
    assert rush.client.delete(f"/api/v1/signups/{given.get_json()['id']}", headers=first).status_code == 200
    assert rush.grab(fillers).status_code == 201
    late = rush.person()
    with inside(rush.own.app) as seen:
        codes = [rush.grab(late, Idempotency_Key="k-1").get_json()["code"] for _ in range(3)]
    assert codes == ["shift_full"] * 3
    assert len(seen) < 3
    again = rush.grab(first, Idempotency_Key="k-1")
    assert (again.status_code, again.data, again.headers["Idempotency-Hit"]) == (201, given.data, "true")
    assert rush.grab(first, Idempotency_Key="k-2").get_json()["code"] == "shift_full"
    assert rush.grab(late, Idempotency_Key="k" * 201).get_json()["code"] == "validation_failed"


def test_every_other_reason_comes_first(rush: Rush) -> None:
    fill(rush)
    busy = rush.person()
    _task, beside = rush.new_shift(capacity=9)
    assert rush.grab(busy, beside).status_code == 201
    assert rush.grab(busy).get_json()["code"] == "time_conflict"
    assert rush.grab(rush.person(), "nowhere").status_code == 404
    assert rush.grab({"Authorization": "Bearer nobody"}).status_code == 401
    assert rush.grab({}).status_code == 401
    rush.change(update(make.Task).where(make.Task.id == rush.task).values(audience=Audience.AREA))
    assert rush.grab(rush.person("other")).get_json()["code"] == "not_eligible"
    past = clock.now() - timedelta(hours=2)
    rush.change(
        update(Shift).where(Shift.public_id == rush.shift).values(starts_at=past, ends_at=past + timedelta(hours=1))
    )
    assert rush.grab(rush.person()).get_json()["code"] == "signup_closed"


def test_a_freed_place_and_a_queue_are_seen_at_once(rush: Rush) -> None:
    first, late = fill(rush)
    mine = rush.grab(first).get_json()["id"]
    assert rush.client.delete(f"/api/v1/signups/{mine}", headers=first).status_code == 200
    assert rush.grab(late).status_code == 201
    assert rush.grab(rush.person()).get_json()["code"] == "shift_full"
    rush.change(update(make.Task).where(make.Task.id == rush.task).values(waitlist=True))
    assert rush.grab(rush.person()).get_json()["state"] == "waitlisted"


def test_a_quota_is_judged_in_the_house(rush: Rush) -> None:
    _first, late = fill(rush)
    with rush.own.app.app_context():
        policy.set_value(rush.session, WEEKLY_QUOTA, 0, now=clock.now())
        rush.session.commit()
    assert rush.grab(late).get_json()["code"] == "quota_reached"


def test_a_limit_on_no_shows_is_judged_in_the_house(rush: Rush) -> None:
    _first, late = fill(rush)
    with rush.own.app.app_context():
        policy.set_value(rush.session, NO_SHOW_LIMIT, 1, now=clock.now())
        rush.session.commit()
    with inside(rush.own.app) as seen:
        assert rush.grab(late).get_json()["code"] == "shift_full"
    assert len(seen) == 1


def test_a_revoked_token_is_gone_at_once(rush: Rush) -> None:
    _first, late = fill(rush)
    rush.change(update(ApiToken).values(revoked_at=clock.now() - timedelta(seconds=1)))
    assert rush.grab(late).status_code == 401


def test_early_refusals_are_limited_like_all_calls(rush: Rush) -> None:
    fill(rush)
    who = rush.person()
    with rush.own.app.app_context():
        assert rush.session.query(Person).count() == 3
    statuses = [rush.grab(who).status_code for _ in range(602)]
    assert statuses == [409] * 600 + [429] * 2
