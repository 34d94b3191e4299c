"""Load: people who sign up, arrive, take a voucher and use it, one act after the other, each with a key of its own.

A patient person repeats an act with its key until there is an answer; a hasty one walks away from the first silence.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle

from proof.crowd import Act, Answer, Client
from proof.street import Person, Street, instant, now

POINTS, PRICE = 40, 30
CLIENTS, HASTY = 8, 2  # of eight hands, two belong to people without patience
PAUSE_S = 0.03  # between two acts of one hand
AGAIN_S = 0.15  # before the same act is sent again
GONE_S = 0.3  # after one without patience has left, until the next one comes
PATIENCE_S = 45.0
KINDS = ("sign-up", "arrival", "voucher", "redemption")


@dataclass(slots=True, kw_only=True)
class Deed:
    """One act, from the first time it was sent to the answer that settled it."""

    kind: str
    person: Person  # whose place, arrival or voucher it is
    act: Act
    began: float = 0.0  # the last sending, monotonic
    ended: float = 0.0
    sent: int = 0
    troubles: list[str] = field(default_factory=list)  # what came instead of an answer: silence, 5xx
    answer: Answer | None = None  # a yes or a refusal; None: nobody ever heard

    @property
    def acknowledged(self) -> bool:
        return self.answer is not None and self.answer.ok


class Life:
    """What goes on in the street until `stop()`."""

    def __init__(self, street: Street, people: list[Person], port: int) -> None:
        self.street, self.port = street, port
        self.people = people
        start, end = now().timestamp() - 7200, now().timestamp() + 4 * 3600
        self.shift = street.meeting(len(people), starts_in=(start - now().timestamp()) / 60, minutes=(end - start) / 60,
                                    points=POINTS)["shifts"][0]["id"]  # fmt: skip
        self.offer = street.offer(points=PRICE, stock=len(people), ends_at=instant(now().replace(year=now().year + 1)))[
            "id"
        ]
        self.deeds: list[Deed] = []
        self._enough = threading.Event()
        self._lock = threading.Lock()
        self._waiting = iter(people)
        self._clerks, self._leaders = cycle(street.clerks), cycle(street.leaders)
        self._hands = [threading.Thread(target=self._live, args=(number < HASTY,)) for number in range(CLIENTS)]

    def begin(self) -> None:
        for hand in self._hands:
            hand.start()

    def stop(self) -> None:
        """Let nobody begin anything new, and wait until everybody who is patient has an answer."""
        self._enough.set()
        for hand in self._hands:
            hand.join()

    def __enter__(self) -> Life:
        self.begin()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    # -- one hand -----------------------------------------------------------------------------------------------

    def _live(self, is_hasty: bool) -> None:
        client = Client(self.port)
        try:
            while not self._enough.is_set():
                person = self._next()
                if person is None:
                    return
                self._one_life(client, person, is_hasty)
        finally:
            client.close()

    def _next(self) -> Person | None:
        with self._lock:
            return next(self._waiting, None)

    def _one_life(self, client: Client, person: Person, is_hasty: bool) -> None:
        told: Answer | None = None
        for kind in KINDS:
            deed = Deed(kind=kind, person=person, act=self._act(kind, person, told))
            with self._lock:
                self.deeds.append(deed)
            told = self._until_answered(client, deed, is_hasty)
            if told is None:
                time.sleep(GONE_S)
            if told is None or not told.ok or self._enough.is_set():
                return
            time.sleep(PAUSE_S)

    def _act(self, kind: str, person: Person, told: Answer | None) -> Act:
        with self._lock:
            clerk, leader = next(self._clerks), next(self._leaders)
        key = f"{kind}-{secrets.token_hex(8)}"
        if kind == "sign-up":
            return Act(who=person.token, method="POST", path=f"/shifts/{self.shift}/signups", key=key)
        if kind == "arrival":
            path = f"/shifts/{self.shift}/checkins"
            return Act(who=leader.token, method="POST", path=path, body={"user_id": person.id}, key=key)
        if kind == "voucher":
            return Act(who=person.token, method="POST", path=f"/offers/{self.offer}/vouchers", key=key)
        assert told is not None
        return Act(who=clerk.token, method="POST", path="/redemptions", body={"code": told.body["code"]}, key=key)

    def _until_answered(self, client: Client, deed: Deed, is_hasty: bool) -> Answer | None:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            deed.began, deed.sent = time.monotonic(), deed.sent + 1
            answer = client.send(deed.act)
            deed.troubles += ["503 come again"] * answer.waits
            deed.sent += answer.waits
            if 0 < answer.status < 500:
                deed.answer, deed.ended = answer, time.monotonic()
                return answer
            deed.troubles.append("silence" if answer.status == 0 else answer.said)
            if is_hasty:
                return None
            time.sleep(AGAIN_S)
        return None

    # -- reading ------------------------------------------------------------------------------------------------

    def of_kind(self, kind: str) -> Iterator[Deed]:
        return (deed for deed in self.deeds if deed.kind == kind)
