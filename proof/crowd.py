"""Clients: each a connection of its own, all pressing at the same moment; every answer is kept as it came."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any

PATIENCE_S = 60.0  # an answer that takes longer is no answer
IMPATIENT_S = (0.1, 0.6)  # whoever hears 503 presses again sooner than `Retry-After` asks, as people do
GATE_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One request by one person: at the common start, `after_s` seconds past it, or not before `at` (Unix time)."""

    who: str  # a bearer token
    method: str
    path: str  # below /api/v1
    body: Any = None
    key: str | None = None  # its Idempotency-Key
    after_s: float = 0.0
    at: float = 0.0
    tag: Any = None  # the trial's own note: whose, which device


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; status 0 means that nothing did, and `body` then says why."""

    act: Act
    status: int
    body: dict[str, Any] = field(default_factory=dict)
    is_hit: bool = False
    waits: int = 0  # how often the server asked to come again first
    at: float = 0.0  # when it came, Unix time

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """Return the refusal's code, or the state or action of what was granted."""
        body = self.body
        return str(body.get("code") if not self.ok else body.get("state") or body.get("action") or "")

    @property
    def said(self) -> str:
        return f"{self.status} {self.code}".strip() if self.ok else f"{self.status} {self.code}"


class Client:
    """One connection to the server on loopback."""

    def __init__(self, port: int) -> None:
        self._line = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)

    def connect(self) -> None:
        try:
            self._line.connect()
        except OSError:
            self._line.close()  # the request tries again, and its answer says what was wrong

    def close(self) -> None:
        self._line.close()

    def send(self, act: Act) -> Answer:
        """Send `act`; where the server is busy and says so (503 with Retry-After), press again until it is not."""
        until, waits = time.monotonic() + PATIENCE_S, 0
        while True:
            status, headers, body = self._once(act)
            is_busy = status == 503 and body.get("code") == "overloaded" and headers.get("retry-after", "").isdigit()
            if not is_busy or time.monotonic() > until:
                break
            waits += 1
            time.sleep(random.uniform(*IMPATIENT_S))
        return Answer(
            act=act,
            status=status,
            body=body,
            is_hit="idempotency-hit" in headers,
            waits=waits,
            at=time.time(),
        )

    def _once(self, act: Act) -> tuple[int, dict[str, str], dict[str, Any]]:
        headers = {"Authorization": f"Bearer {act.who}"} if act.who else {}
        if act.key is not None:
            headers["Idempotency-Key"] = act.key
        text = None
        if act.body is not None:
            text = json.dumps(act.body).encode()
            headers["Content-Type"] = "application/json"
        try:
            self._line.request(act.method, f"/api/v1{act.path}", text, headers)
            answer = self._line.getresponse()
            told = answer.read()
        except (OSError, HTTPException) as error:
            self._line.close()
            return 0, {}, {"code": f"no answer ({type(error).__name__})"}
        found = {name.lower(): value for name, value in answer.getheaders()}
        try:
            body = json.loads(told) if told else {}
        except ValueError:
            body = {"code": "not JSON"}
        return answer.status, found, body if isinstance(body, dict) else {"items": body}


def at_once(port: int, acts: Sequence[Act], beside: Sequence[Callable[[], None]] = ()) -> list[Answer]:
    """Let one client per act connect, wait for all others, and send; return the answers in the order of the acts.

    `beside` is what else starts at the same moment.
    """
    gate = threading.Barrier(len(acts) + len(beside), timeout=GATE_S)

    def one(act: Act) -> Answer:
        client = Client(port)
        client.connect()
        try:
            gate.wait()
            time.sleep(max(act.after_s, act.at - time.time(), 0))
            return client.send(act)
        finally:
            client.close()

    def other(work: Callable[[], None]) -> None:
        gate.wait()
        work()

    with ThreadPoolExecutor(len(acts) + len(beside)) as threads:
        others = [threads.submit(other, work) for work in beside]
        answers = list(threads.map(one, acts))
        [each.result() for each in others]
    return answers


def in_turn(port: int, acts: Sequence[Act], hands: int = 8) -> list[Answer]:
    """Send `acts` by a few clients without any rush: preparing a trial, and reading what came of it."""
    kept = threading.local()
    lines: list[Client] = []

    def one(act: Act) -> Answer:
        if not hasattr(kept, "client"):
            kept.client = Client(port)
            lines.append(kept.client)
        answer: Answer = kept.client.send(act)
        return answer

    try:
        with ThreadPoolExecutor(hands) as threads:
            return list(threads.map(one, acts))
    finally:
        for client in lines:
            client.close()
