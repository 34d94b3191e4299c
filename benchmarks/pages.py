"""Walks the demo as every role, following links, and measures each page it finds: server time and queries."""

from __future__ import annotations

import re
import statistics
import time
from collections import deque
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.exceptions import HTTPException

from pointsapp.core import clock, kept
from pointsapp.core.db import db
from pointsapp.demo.log_ins import LOG_INS, PASSWORD
from pointsapp.web.security import limiter

LINK = re.compile(r'href="(/[^"#]*)')
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
NOT_QUERIES = ("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT")
SAMPLES = 2  # addresses of one page per role
NOT_PAGES = ("static", "healthz", "readyz", "metrics", "api-docs.openapi_json")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTime:
    role: str
    endpoint: str
    address: str
    status: int
    queries: int
    median_ms: float
    p95_ms: float
    cpu_ms: float  # of this process alone
    database_ms: float  # processor time of the connection's own server process, where there is one on this machine
    kilobytes: int


@dataclass
class QueryCount:
    """Statements sent, and the database's processes that served them."""

    number: int = 0
    servers: set[int] = field(default_factory=set)

    def database_ms(self) -> float:
        """Return the processor time of these processes so far; 0 where the database is a library or far away."""
        spent = 0
        for server in self.servers:
            with suppress(OSError):
                spent += int(Path(f"/proc/{server}/schedstat").read_text().split()[0])
        return spent / 1e6


@contextmanager
def counting_queries(app: Flask) -> Iterator[QueryCount]:
    """Count the statements that reach the database; opening and closing a transaction is none."""
    count = QueryCount()

    def heard(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.lstrip().upper().startswith(NOT_QUERIES):
            count.number += 1

    def lent(connection: Any, *_rest: object) -> None:
        if hasattr(connection, "pgconn"):
            count.servers.add(connection.info.backend_pid)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", heard)
    event.listen(engine, "checkout", lent)
    try:
        yield count
    finally:
        event.remove(engine, "checkout", lent)
        event.remove(engine, "before_cursor_execute", heard)


def signed_in_client(app: Flask, phone: str) -> FlaskClient:
    """Return a client that has signed in through the page, as a person does."""
    client = app.test_client()
    found = TOKEN.search(client.get("/sign-in").get_data(as_text=True))
    assert found is not None
    answer = client.post("/sign-in", data={"csrf_token": found[1], "account": phone, "password": PASSWORD})
    assert answer.status_code == 303, f"{phone} cannot sign in: {answer.status_code}"
    return client


def find_pages(
    app: Flask, client: FlaskClient, *, read: Callable[[str, str, str], None] | None = None
) -> dict[str, list[str]]:
    """Return endpoint -> addresses, by following links from every page that needs no argument.

    `read` is handed (endpoint, address, text) of each as it is found.
    """
    match = app.url_map.bind("localhost").match
    plain = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments and rule.endpoint not in NOT_PAGES
    ]
    ahead = deque(sorted(address for address in plain if not address.startswith("/api/v1")))
    found: dict[str, list[str]] = {}
    seen = set(ahead)
    while ahead:
        address = ahead.popleft()
        try:
            endpoint, _arguments = match(urlsplit(address).path)
        except HTTPException:
            continue
        known = found.setdefault(endpoint, [])
        if endpoint in NOT_PAGES or endpoint.endswith("_api") or len(known) >= SAMPLES:
            continue
        answer = client.get(address)
        if answer.status_code != 200 or not answer.content_type.startswith("text/html"):
            assert answer.status_code < 500, f"{address}: {answer.status_code}"
            answer.close()  # a file that is sent in pieces holds its place until then
            continue
        known.append(address)
        text = answer.get_data(as_text=True)
        if read is not None:
            read(endpoint, address, text)
        for link in LINK.findall(text):
            target = unescape(link)
            if target not in seen:
                seen.add(target)
                ahead.append(target)
    return {endpoint: addresses for endpoint, addresses in found.items() if addresses}


def walk(
    app: Flask, *, times: int = 7, also: Mapping[str, Sequence[str]] | None = None, roles: Container[str] | None = None
) -> list[PageTime]:
    """Measure every page of every role, a guest included; `times` requests each after one to warm up.

    `also` are addresses by role that no link leads to, such as searches; `roles` are those to walk as (None: all).
    """
    rows = []
    clients = [("guest", app.test_client())] + [
        (each.key, signed_in_client(app, each.phone)) for each in LOG_INS if roles is None or each.key in roles
    ]
    with counting_queries(app) as count:
        for role, client in clients:
            for endpoint, addresses in sorted(find_pages(app, client).items()):
                rows += [_measure(client, role, endpoint, address, count, times) for address in addresses]
            match = app.url_map.bind("localhost").match
            for address in (also or {}).get(role, ()):
                endpoint = match(urlsplit(address).path)[0]
                rows.append(_measure(client, role, endpoint, address, count, times))
    return rows


@contextmanager
def kept_as_it_is() -> Iterator[None]:
    """Let nothing that is believed for two seconds lapse in the block: whether they are over just then is no matter of the page.

    That is what neighbours share, told by a clock of its own, and that a session was not ended, told by the application's.
    """
    at, today = kept.moment(), clock.now()
    kept.use_source(lambda: at)
    clock.use_source(lambda: today)
    try:
        yield
    finally:
        clock.use_source(None)
        kept.use_source(None)


def _measure(client: FlaskClient, role: str, endpoint: str, address: str, count: QueryCount, times: int) -> PageTime:
    limiter.reset()  # a person who reads all pages fifteen times in ten seconds would be asked to slow down
    with kept_as_it_is():
        client.get(address)
        spans, busy, asked, queries = [], [], [], 0
        for _ in range(times):
            before, database, begun = count.number, count.database_ms(), time.thread_time()
            answer = client.get(address)
            busy.append((time.thread_time() - begun) * 1000)
            asked.append(count.database_ms() - database)
            queries = max(queries, count.number - before)
            spans.append(float(answer.headers["Server-Timing"].split("dur=")[1]))
    spans.sort()
    return PageTime(
        role=role,
        endpoint=endpoint,
        address=address,
        status=answer.status_code,
        queries=queries,
        median_ms=round(statistics.median(spans), 1),
        p95_ms=round(spans[min(len(spans) - 1, int(len(spans) * 0.95))], 1),
        cpu_ms=round(statistics.median(busy), 1),
        database_ms=round(statistics.median(asked), 1),
        kilobytes=len(answer.get_data()) // 1024,
    )
