"""The till under a steady stream of customers: so many requests leave each second, whether or not earlier ones were answered.

Each customer is two requests of a shop's page, as a shopkeeper makes them: what was scanned is looked at, then used. An answer is
there when its page is, redirect and all; its time counts from when it should have left.
"""

from __future__ import annotations

import re
import statistics
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks import wrk
from benchmarks.pages import TOKEN
from benchmarks.world import cookies_of, furnish
from proof.place import opened

A_SECOND, CUSTOMERS = 20, 200
ROUNDS = 8
TILLS = 20  # shopkeepers who take turns
READING = 10  # customers who come while a shopkeeper reads what was looked at: about a second
PATIENCE_S = 30
ANSWER = re.compile(r'data-answer-kind="(\w+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Till:
    """Answers of one kind ("look" or "use"), in milliseconds; `others` are answers other than the expected one."""

    what: str
    answers: int
    median_ms: float
    p95_ms: float
    p99_ms: float
    most_ms: float
    others: int


@dataclass(frozen=True, slots=True)
class _Keeper:
    cookie: str
    token: str


def measured(say: Callable[[str], None]) -> tuple[list[Till], str]:
    """Serve customers at the till on PostgreSQL; return the figures and the database's version."""
    with opened("postgresql") as place:
        version = str(place.rows("SELECT current_setting('server_version') AS v")[0]["v"]).split(" ")[0]
        world = furnish(place, people=CUSTOMERS, runs=1)
        codes: list[str] = []
        for _ in range(ROUNDS):  # a load ends with the first of its clients that has sent its share
            wrk.load(place.server.url, world.issue(), clients=4, seconds=60, folder=place.folder)
            codes = [row["code"] for row in place.rows("SELECT code FROM voucher WHERE state = 'issued' ORDER BY id")]
            if len(codes) >= CUSTOMERS:
                break
        else:
            raise wrk.CannotLoad(f"only {len(codes)} of {CUSTOMERS} vouchers were issued while the bench was prepared")
        keepers = [_open(place.server.url, cookie) for cookie in cookies_of(place, world.street.clerks[:TILLS])]
        say(f"the till: {A_SECOND} requests a second for {2 * CUSTOMERS // A_SECOND} s")
        return _stream(place.server.url, keepers, codes[:CUSTOMERS], say), version


def _open(url: str, cookie: str) -> _Keeper:
    """Open the till's page, as a shopkeeper in the morning."""
    asked = urllib.request.Request(f"{url}/till", headers={"Cookie": f"session={cookie}"})
    with urllib.request.urlopen(asked, timeout=PATIENCE_S) as answer:
        found = TOKEN.search(answer.read().decode())
        given = re.search(r"\bsession=([^;]+)", answer.headers.get("Set-Cookie", ""))
    assert found is not None
    return _Keeper(given[1] if given else cookie, found[1])


def _stream(url: str, keepers: list[_Keeper], codes: list[str], say: Callable[[str], None]) -> list[Till]:
    spans: dict[str, list[float]] = {"look": [], "use": []}
    others: dict[str, int] = dict.fromkeys(spans, 0)
    began = time.monotonic() + 0.5

    def ask(what: str, due: float, keeper: _Keeper, code: str, number: int) -> None:
        try:
            kind = _ask(url + ("/till/look" if what == "look" else "/till"), keeper, code, f"bench-till-{number:06}")
        except OSError as trouble:
            kind = str(trouble)
        spans[what].append((time.monotonic() - due) * 1000)
        if kind != {"look": "ask", "use": "yes"}[what]:
            others[what] += 1
            say(f"{what} {code}: {kind}")

    threads = []
    for number, (what, customer) in enumerate(_in_turn(len(codes))):
        due = began + number / A_SECOND
        time.sleep(max(0.0, due - time.monotonic()))
        keeper, code = keepers[customer % len(keepers)], codes[customer]
        threads.append(threading.Thread(target=ask, args=(what, due, keeper, code, number)))
        threads[-1].start()
    for thread in threads:
        thread.join()
    return [_figures(what, spans[what], others[what]) for what in spans]


def _in_turn(customers: int) -> Iterator[tuple[str, int]]:
    """Yield who is looked at and whose voucher is used, in turn; a customer's second request is ten customers later."""
    for number in range(customers + READING):
        if number < customers:
            yield "look", number
        if number >= READING:
            yield "use", number - READING


def _ask(address: str, keeper: _Keeper, code: str, request_id: str) -> str:
    """Post the till's form; return the kind of answer on the page that comes."""
    form = urllib.parse.urlencode({"code": code, "request_id": request_id, "csrf_token": keeper.token})
    asked = urllib.request.Request(address, data=form.encode(), headers={"Cookie": f"session={keeper.cookie}"})
    with urllib.request.urlopen(asked, timeout=PATIENCE_S) as answer:
        found = ANSWER.search(answer.read().decode())
    return found[1] if found else "no answer on the page"


def _figures(what: str, spans: list[float], others: int) -> Till:
    spans = sorted(spans)

    def at(share: float) -> float:
        return round(spans[min(len(spans) - 1, int(len(spans) * share))], 1)

    return Till(
        what=what,
        answers=len(spans),
        median_ms=round(statistics.median(spans), 1),
        p95_ms=at(0.95),
        p99_ms=at(0.99),
        most_ms=round(spans[-1], 1),
        others=others,
    )
