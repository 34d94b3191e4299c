"""A small district to call the API in: people of every kind with tokens, and short ways to say what a test starts from.

Everything a test asserts goes over HTTP; only people, areas and shops are made by factories.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from pointsapp.core import clock as time
from pointsapp.core.actor import Role
from pointsapp.people.models import Person
from pointsapp.people.services import create_token
from tests import factories
from tests.conftest import Clock, HouseClient

API = "/api/v1"
PROBLEM_KEYS = {"type", "title", "status", "code", "detail"}
PASSWORD = "246810"


def keys(text: str) -> set[str]:
    return set(text.replace(",", " ").split())


def assert_has(thing: dict[str, Any], promised: str) -> dict[str, Any]:
    """Assert that `thing` has every promised key. More may be added; nothing may be missing."""
    assert keys(promised) - set(thing) == set(), f"missing in {sorted(thing)}"
    return thing


def assert_problem(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    """Assert that `answer` is RFC 9457 and says no with `code`."""
    body = answer.get_json(silent=True)
    assert answer.status_code == status, (
        f"{answer.status_code} instead of {status}: {answer.get_data(as_text=True)[:400]}"
    )
    assert answer.content_type == "application/problem+json"
    assert set(body) >= PROBLEM_KEYS
    assert body["code"] == code, body
    assert body["status"] == status
    assert body["title"].strip()
    assert body["detail"].strip()
    assert body["type"].endswith(f"/api/docs#{code}")
    assert "%(" not in body["detail"]
    if status in (429, 503):
        assert int(answer.headers["Retry-After"]) >= 0
    return body


@dataclass
class World:
    """The district, its people by the name of what they are, and `call`."""

    session: Session
    client: HouseClient
    clock: Clock
    areas: dict[str, Any] = field(init=False)
    shop: Any = field(init=False)
    other_shop: Any = field(init=False)
    people: dict[str, Any] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rows = factories.make_tree(self.session)
        self.row_of_shop = factories.make_merchant(self.session, self.rows["community"])
        self.row_of_other_shop = factories.make_merchant(self.session, self.rows["other"])
        self.areas = {name: _kept(row) for name, row in self.rows.items()}
        self.shop, self.other_shop = _kept(self.row_of_shop), _kept(self.row_of_other_shop)

    def person(self, who: str) -> Any:
        """Return the person called `who`, made when first asked for."""
        if who not in self.people:
            self.people[who] = _kept(self._make(who))
        return self.people[who]

    def _make(self, who: str) -> Person:
        session, areas = self.session, {name: self.session.merge(row) for name, row in self.rows.items()}
        shop, other_shop = self.session.merge(self.row_of_shop), self.session.merge(self.row_of_other_shop)
        community, street = areas["community"], areas["street"]
        office = {
            "staff": (community, Role.STAFF),
            "second_staff": (community, Role.STAFF),
            "foreign_staff": (areas["other_street"], Role.STAFF),
            "grid_leader": (areas["grid"], Role.GRID_LEADER),
            "secretary": (community, Role.BRANCH_SECRETARY),
            "street_admin": (street, Role.STREET_ADMIN),
            "foreign_admin": (areas["other_street"], Role.STREET_ADMIN),
            "assessor": (street, Role.ASSESSOR),
            "inspector": (street, Role.INSPECTOR),
            "district_reader": (areas["district"], Role.DISTRICT_READER),
            "auditor": (street, Role.AUDITOR),
        }
        if who in office:
            return factories.make_staff(session, *office[who])
        if who == "platform_admin":
            person = factories.make_person(session)
            factories.grant(session, person, Role.PLATFORM_ADMIN)
            return person
        shops = {
            "clerk": (shop, Role.MERCHANT_CLERK),
            "second_clerk": (shop, Role.MERCHANT_CLERK),
            "manager": (shop, Role.MERCHANT_MANAGER),
            "other_clerk": (other_shop, Role.MERCHANT_CLERK),
            "other_manager": (other_shop, Role.MERCHANT_MANAGER),
        }
        if who in shops:
            return factories.make_clerk(session, *shops[who])
        homes = {"foreigner": areas["other_street"], "neighbour": areas["other"], "homeless": None}
        home = homes.get(who, areas["grid"])
        return factories.make_person(session, home, verified=who != "unverified")

    def token(self, who: str) -> str:
        if who not in self.tokens:
            person = self.person(who)
            self.tokens[who] = create_token(self.session, person.id, now=time.now()).token
            self.session.commit()
        return self.tokens[who]

    def call(
        self,
        who: str | None,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> TestResponse:
        """Call the API as `who` (None: a stranger)."""
        sent = dict(headers or {})
        if who is not None:
            sent["Authorization"] = f"Bearer {self.token(who)}"
        if key is not None:
            sent["Idempotency-Key"] = key
        extra = {} if body is None else {"json": body}
        return self.client.open(f"{API}{path}", method=method, headers=sent, **extra)

    def get(self, who: str | None, path: str, status: int = 200) -> Any:
        return self._well(self.call(who, "GET", path), status)

    def post(self, who: str | None, path: str, body: Any = None, status: int = 201, key: str | None = None) -> Any:
        return self._well(self.call(who, "POST", path, body, key=key), status)

    def no(
        self,
        who: str | None,
        method: str,
        path: str,
        body: Any = None,
        *,
        status: int,
        code: str,
        key: str | None = None,
    ) -> dict[str, Any]:
        """Call and assert the refusal; return the problem."""
        return assert_problem(self.call(who, method, path, body, key=key), status, code)

    def _well(self, answer: TestResponse, status: int) -> Any:
        assert answer.status_code == status, f"{answer.status_code}: {answer.get_data(as_text=True)[:600]}"
        return answer.get_json(silent=True)

    # What tests start from

    def at(self, **span: float) -> str:
        """Return the instant so far from now, as the API reads it."""
        return (self.clock.at + timedelta(**span)).isoformat()

    def budget(self, points: int = 100_000, area: str = "street") -> dict[str, Any]:
        return self.post(
            "platform_admin",
            "/budget-grants",
            {"area_id": self.areas[area].public_id, "points": points, "memo": "第四季度志愿积分"},
        )

    def draft(self, who: str = "staff", **over: Any) -> dict[str, Any]:
        """Post a task as a draft: two hours, starting in two hours, five places, 20 points."""
        shift = {"starts_at": self.at(hours=2), "ends_at": self.at(hours=4), "capacity": 5}
        shift.update(over.pop("shift", {}))
        body = {
            "title": "清扫楼道",
            "description": "带上手套，一起清扫三号楼楼道。",
            "category": "environment",
            "area_id": self.areas["community"].public_id,
            "place": "三号楼门口",
            "points": 20,
            "points_mode": "per_completion",
            "check_out_required": False,
            "shifts": [shift],
            **over,
        }
        return self.post(who, "/tasks", {name: value for name, value in body.items() if value is not None})

    def task(self, **over: Any) -> dict[str, Any]:
        """Post and publish a task, with a budget to draw on."""
        self.budget()
        draft = self.draft(**over)
        self.post("staff", f"/tasks/{draft['id']}/publication", status=200)
        return self.get("staff", f"/tasks/{draft['id']}")

    def shift(self, **over: Any) -> str:
        """Return the id of the one shift of a published task."""
        return str(self.task(**over)["shifts"][0]["id"])

    def sign_up(self, who: str, shift: str) -> dict[str, Any]:
        return self.post(who, f"/shifts/{shift}/signups")

    def venue_code(self, shift: str, action: str = "check_in", who: str = "staff") -> str:
        return str(self.get(who, f"/shifts/{shift}/checkin-code?action={action}")["code"])

    def check_in(self, who: str, shift: str, **more: Any) -> dict[str, Any]:
        return self.post(who, "/checkins", {"code": self.venue_code(shift), **more})

    def earn(self, who: str, points: int = 100) -> None:
        """Let `who` earn `points` the way everybody does: sign up, come, check in."""
        shift = self.shift(points=points, shift={"starts_at": self.at(minutes=5), "ends_at": self.at(minutes=65)})
        self.sign_up(who, shift)
        self.check_in(who, shift)
        self.clock.forward(hours=2)  # so that the next one does not clash

    def offer(self, **over: Any) -> dict[str, Any]:
        """Submit and approve an offer of the shop: a bowl of noodles for 30 points."""
        body = {
            "merchant_id": self.shop.public_id,
            "title": "烩面一碗",
            "description": "凭码到店领取烩面一碗。",
            "points": 30,
            **over,
        }
        made = self.post("manager", "/offers", body)
        self.post("staff", f"/offers/{made['id']}/approval", status=200)
        return made

    def voucher(self, who: str = "resident", points: int = 30, **over: Any) -> dict[str, Any]:
        """Let `who` earn enough and take a voucher."""
        self.earn(who, points=points + 70)
        offer = self.offer(points=points, **over)
        return self.post(who, f"/offers/{offer['id']}/vouchers")

    def balance(self, who: str) -> int:
        return int(self.get(who, "/me/points")["balance"])


def _kept(row: Any) -> Any:
    """Return the columns of `row` as they are now: a request's end would detach the row itself."""
    return SimpleNamespace(**{column.key: getattr(row, column.key) for column in row.__table__.columns})


def moment(text: str) -> datetime:
    """Read an instant as the contract writes it: RFC 3339 with offset."""
    found = datetime.fromisoformat(text)
    assert found.tzinfo is not None, f"{text} has no offset"
    return found
