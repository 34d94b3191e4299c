"""The four hot calls in a loop over the API: sign-up, check-in, voucher, redemption. One client, one process."""

from __future__ import annotations

import secrets
import statistics
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from benchmarks.pages import QueryCount, counting_queries
from pointsapp.core import clock
from pointsapp.core.db import db
from pointsapp.core.transaction import write
from pointsapp.demo.log_ins import LOG_INS
from pointsapp.people.models import Person
from pointsapp.people.services import create_tokens

API = "/api/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTime:
    call: str
    times: int
    queries: float
    median_ms: float
    p95_ms: float
    cpu_ms: float
    database_ms: float
    per_second: int


class Timer:
    """Calls the API and keeps how long each kind of call took."""

    def __init__(self, client: FlaskClient, count: QueryCount) -> None:
        self.client, self.count = client, count
        self.spans: dict[str, list[float]] = {}
        self.queries: dict[str, int] = {}
        self.busy: dict[str, float] = {}
        self.asked: dict[str, float] = {}

    def call(self, name: str, token: str, method: str, path: str, body: Any = None) -> Any:
        begun, before, cpu, database = (
            time.perf_counter(),
            self.count.number,
            time.thread_time(),
            self.count.database_ms(),
        )
        answer = self.client.open(
            f"{API}{path}", method=method, json=body, headers={"Authorization": f"Bearer {token}"}
        )
        self.spans.setdefault(name, []).append((time.perf_counter() - begun) * 1000)
        self.busy[name] = self.busy.get(name, 0) + (time.thread_time() - cpu) * 1000
        self.asked[name] = self.asked.get(name, 0) + self.count.database_ms() - database
        self.queries[name] = self.queries.get(name, 0) + self.count.number - before
        assert answer.status_code < 400, f"{name}: {answer.get_data(as_text=True)}"
        return answer.get_json()

    def result(self, name: str) -> CallTime:
        spans = sorted(self.spans[name])
        return CallTime(
            call=name,
            times=len(spans),
            queries=round(self.queries[name] / len(spans), 1),
            median_ms=round(statistics.median(spans), 2),
            p95_ms=round(spans[int(len(spans) * 0.95)], 2),
            cpu_ms=round(self.busy[name] / len(spans), 2),
            database_ms=round(self.asked[name] / len(spans), 2),
            per_second=round(1000 * len(spans) / sum(spans)),
        )


def _tokens(people: int) -> tuple[dict[str, str], list[str]]:
    """Return a token for each of the demo's log-ins, and for `people` of its residents."""
    phones = {each.phone: each.key for each in LOG_INS}
    known = db.session.execute(select(Person.id, Person.phone).where(Person.phone.in_(phones))).all()
    # Others at each run: whom the last one signed up for the same hour is not free now.
    greatest = db.session.scalar(select(func.max(Person.id))) or 0
    others = db.session.scalars(
        select(Person.id)
        .where(Person.verified_at.is_not(None), Person.phone.not_in(phones), Person.home_area_id.is_not(None))
        .where(Person.id <= greatest - secrets.randbelow(max(1, greatest // 2)))
        .order_by(Person.id.desc())
        .limit(people)
    ).all()
    made = write(create_tokens, [key for key, _ in known] + list(others), now=clock.now())
    names = [phones[str(phone)] for _, phone in known]
    tokens = [each.token for each in made]
    return dict(zip(names, tokens, strict=False)), tokens[len(names) :]


def loop(app: Flask, *, people: int = 200) -> list[CallTime]:
    """Let `people` residents sign up, check in, take a voucher and spend it, one after another, where the first of them lives."""
    with app.app_context():
        staff, residents = _tokens(people)
    client = app.test_client()
    with counting_queries(app) as count:
        timer = Timer(client, count)
        office = staff["platform_admin"]
        area = timer.call("-", residents[0], "GET", "/me")["area"]["id"]
        timer.call("-", office, "POST", "/budget-grants", {"area_id": area, "points": 1_000_000, "memo": "benchmark"})
        start = clock.now() + timedelta(minutes=5)
        shift = {
            "starts_at": start.isoformat(),
            "ends_at": (start + timedelta(minutes=30)).isoformat(),
            "capacity": people,
        }
        draft = {
            "title": "benchmark", "description": "benchmark", "category": "other", "area_id": area, "place": "-", "points": 100,
            "points_mode": "per_completion", "check_out_required": False, "shifts": [shift],
        }  # fmt: skip
        task = timer.call("-", office, "POST", "/tasks", draft)
        timer.call("-", office, "POST", f"/tasks/{task['id']}/publication")
        place = task["shifts"][0]["id"]
        free = [token for token in residents if _may(client, token, place)]
        for token in free:
            timer.call("sign-up", token, "POST", f"/shifts/{place}/signups")
        for token in free:
            code = timer.call("-", office, "GET", f"/shifts/{place}/checkin-code?action=check_in")["code"]
            timer.call("check-in", token, "POST", "/checkins", {"code": code})
        shop = timer.call("-", staff["manager"], "GET", "/me")["roles"][0]["merchant"]["id"]
        offer = {"merchant_id": shop, "title": "benchmark", "description": "benchmark", "points": 10}
        made = timer.call("-", staff["manager"], "POST", "/offers", offer)
        timer.call("-", office, "POST", f"/offers/{made['id']}/approval")
        codes = [timer.call("voucher", token, "POST", f"/offers/{made['id']}/vouchers")["code"] for token in free]
        for code in codes:
            timer.call("redemption", staff["clerk"], "POST", "/redemptions", {"code": code})
        return [timer.result(name) for name in ("sign-up", "check-in", "voucher", "redemption")]


def _may(client: FlaskClient, token: str, shift: str) -> bool:
    """Tell whether this resident has nothing else then; signing up and cancelling again shows it."""
    headers = {"Authorization": f"Bearer {token}"}
    answer = client.post(f"{API}/shifts/{shift}/signups", headers=headers)
    if answer.status_code != 201:
        return False
    return client.delete(f"{API}/signups/{answer.get_json()['id']}", headers=headers).status_code == 200
