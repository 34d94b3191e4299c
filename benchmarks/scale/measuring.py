"""Measures one city: every page of every role, searches, JSON lists, and the four hot calls. One client, one process."""

from __future__ import annotations

import re
import statistics
import time
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from flask import Flask

from benchmarks import calls, pages
from benchmarks.pages import counting_queries
from pointsapp.core.db import db
from pointsapp.web.security import limiter

API = "/api/v1"
# What people type, and what no link leads to: a surname, a telephone's end, a whole telephone, nobody's name.
SEARCHES = {
    "guest": ("/tasks?q=广场7", "/tasks?when=weekend", "/offers?q=优惠12"),
    "resident": ("/tasks?q=广场7", "/tasks?free=1", "/offers?q=优惠12"),
    "staff": ("/console/people?q=王", "/console/people?q=0042", "/console/people?q=20000000042", "/console/people?q=查无此人"),
    "platform_admin": (
        "/console/people?q=王", "/console/people?q=0042", "/console/people?q=20000000042", "/console/people?q=查无此人",
        "/console/tasks?q=广场7", "/console/tasks?state=draft", "/console/merchants?q=商户7", "/console/figures?period=year",
    ),
    "street_admin": ("/console/figures?period=year",),
}  # fmt: skip
ROLES = ("resident", "clerk", "manager", "grid_leader", "staff", "street_admin", "platform_admin")  # and a guest
CALLERS = ("resident", "street_admin")
NOT_LISTED = ("areas_api.list_areas",)  # its answer is as long as there are areas


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One page or call of one role. Milliseconds per request: on the clock, and of processor time in application and database."""

    role: str
    name: str
    median_ms: float
    greatest_ms: float
    statements: float
    cpu_ms: float
    database_ms: float
    address: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.role, self.name


def measure(app: Flask, *, times: int, people: int) -> list[Measured]:
    """Return what every page and call took; of several addresses of one page the slowest stands."""
    found = [_page(row) for row in pages.walk(app, times=times, also=SEARCHES, roles=ROLES) if row.status == 200]
    found += _lists(app, times)
    for row in calls.loop(app, people=people):
        found.append(
            Measured(
                role="call", name=row.call, median_ms=row.median_ms, greatest_ms=row.p95_ms, statements=row.queries, cpu_ms=row.cpu_ms,
                database_ms=row.database_ms,
            )
        )  # fmt: skip
    slowest: dict[tuple[str, str], Measured] = {}
    for one in found:
        kept = slowest.get(one.key)
        if kept is None or one.median_ms > kept.median_ms:
            slowest[one.key] = one
    return sorted(slowest.values(), key=lambda one: -one.median_ms)


def _page(row: pages.PageTime) -> Measured:
    return Measured(
        role=row.role,
        name=_named(row.endpoint, row.address),
        median_ms=row.median_ms,
        greatest_ms=row.p95_ms,
        statements=row.queries,
        cpu_ms=row.cpu_ms,
        database_ms=row.database_ms,
        address=row.address,
    )


def _named(endpoint: str, address: str) -> str:
    """Return the page's name with what was asked of it: later pages and filters are measured apart; a search keeps its words."""
    asked = parse_qs(urlsplit(address).query)
    parts = [f"q={asked[name][0]}" if name == "q" else name for name in sorted(asked)]
    return f"{endpoint}?{'&'.join(parts)}" if parts else endpoint


def _lists(app: Flask, times: int) -> list[Measured]:
    """Measure every JSON list that needs no argument, and its second page."""
    with app.app_context():
        tokens, _ = calls._tokens(1)
        db.session.remove()
    rules = [
        (rule.rule, rule.endpoint)
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.rule.startswith(API) and not rule.arguments and rule.endpoint not in NOT_LISTED
    ]  # fmt: skip
    client, found = app.test_client(), []
    with counting_queries(app) as count:
        for role in CALLERS:
            headers = {"Authorization": f"Bearer {tokens[role]}"}
            for path, endpoint in sorted(rules):
                following = ""
                for name in (endpoint, f"{endpoint}?cursor"):
                    limiter.reset()
                    answer = client.get(path + following, headers=headers)
                    if answer.status_code != 200:
                        break
                    spans, busy, asked, before = [], [], [], count.number
                    for _ in range(times):
                        begun, cpu, database = time.perf_counter(), time.thread_time(), count.database_ms()
                        answer = client.get(path + following, headers=headers)
                        spans.append((time.perf_counter() - begun) * 1000)
                        busy.append((time.thread_time() - cpu) * 1000)
                        asked.append(count.database_ms() - database)
                    found.append(
                        Measured(
                            role=role, name=name, median_ms=round(statistics.median(spans), 1), greatest_ms=round(max(spans), 1),
                            statements=(count.number - before) / times, cpu_ms=round(statistics.median(busy), 1),
                            database_ms=round(statistics.median(asked), 1), address=path,
                        )
                    )  # fmt: skip
                    cursor = re.search(r'"next_cursor": ?"([^"]+)"', answer.get_data(as_text=True))
                    if cursor is None:
                        break
                    following = f"?cursor={cursor[1]}"
    return found
