"""The street of the bench: the proof's district, with people who can all sign up, come, spend and be served in every round.

Built through the doors, as the proof's is. Only the sign-ups for check-in are written as rows, because it is the check-in that is
measured there; the books are judged at the end of the bench by the proof's rules all the same.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from sqlalchemy import insert, select, update

from benchmarks.wrk import CannotLoad, Request, load
from pointsapp import create_app
from pointsapp.core.codes import new_public_id
from pointsapp.core.db import table_of
from pointsapp.tasks.models import Shift, Signup, SignupState
from pointsapp.web.login import SESSION_NAME, SIGNED_IN_AT
from proof.place import Place
from proof.street import Person, Street, build, now
from tests.databases import settings_for

API = "/api/v1"
CLERKS = 200  # one till each: the shipped limit is 600 requests per person and minute
EARNED, PRICE = 1_000, 1
TASKS_LISTED, OFFERS_LISTED = 40, 20
FIRST_SLOT, SLOT = timedelta(minutes=12), timedelta(minutes=1)  # check-in opens 30 minutes before a shift


@dataclass
class World:
    """`seats` are shifts in the future to grab places of, `slots` shifts about to begin with everybody signed up."""

    place: Place
    street: Street
    seats: Iterator[str]
    slots: Iterator[str]
    full: str
    offer: str
    cookies: list[str]
    _turns: Iterator[int] = field(default_factory=count)

    def people(self) -> list[Person]:
        """Return all residents, each time beginning with another."""
        all_, start = self.street.residents, next(self._turns) * 997
        start %= len(all_)
        return all_[start:] + all_[:start]

    # -- one load of requests each ------------------------------------------------------------------------------

    def signup(self) -> list[Request]:
        shift = next(self.seats)
        return [self._post(each, f"/shifts/{shift}/signups") for each in self.people()]

    def sold_out(self) -> list[Request]:
        return [self._post(each, f"/shifts/{self.full}/signups") for each in self.people()]

    def checkin(self) -> list[Request]:
        """Everybody scans the code that the venue shows now; it is good for at least 30 seconds."""
        code = self.street.venue_code(next(self.slots))
        return [self._post(each, "/checkins", {"code": code}) for each in self.people()]

    def issue(self) -> list[Request]:
        return [self._post(each, f"/offers/{self.offer}/vouchers") for each in self.people()]

    def redemption(self) -> list[Request]:
        """Each clerk redeems vouchers that people hold."""
        found = self.place.rows("SELECT code FROM voucher WHERE state = 'issued' ORDER BY id LIMIT 6000")
        clerks = self.street.clerks
        return [
            self._post(clerks[number % len(clerks)], "/redemptions", {"code": row["code"]})
            for number, row in enumerate(found)
        ]

    def board(self) -> list[Request]:
        return [self._get(each, "/leaderboards/residents?limit=50&period=month") for each in self.people()]

    def tasks(self) -> list[Request]:
        return [self._get(each, "/tasks?open=true&limit=20") for each in self.people()]

    def points(self) -> list[Request]:
        return [self._get(each, "/me/points") for each in self.people()]

    def home(self) -> list[Request]:
        """The first page, as a phone's browser asks for it."""
        return [Request(method="GET", path="/", cookie=f"session={cookie}") for cookie in self.cookies]

    def _post(self, who: Person, path: str, body: object = None) -> Request:
        return Request(method="POST", path=API + path, token=who.token, body=body)

    def _get(self, who: Person, path: str) -> Request:
        return Request(method="GET", path=API + path, token=who.token)

    def keys(self) -> dict[str, int]:
        """Return the keys of what the limit's functions write about."""

        def one(sql: str, **values: str) -> int:
            return int(self.place.rows(sql, **values)[0]["id"])

        return {
            "task": one("SELECT task_id AS id FROM shift WHERE public_id = :id", id=self.full),
            "offer": one("SELECT id FROM offer WHERE public_id = :id", id=self.offer),
            "merchant": one("SELECT merchant_id AS id FROM offer WHERE public_id = :id", id=self.offer),
            "area": one("SELECT id FROM area WHERE code = 'community'"),
            "clerk": self.street.clerks[0].key,
        }


def furnish(place: Place, *, people: int, runs: int) -> World:
    """Fill the empty place for `runs` loads of each act by `people` residents."""
    street = build(place, people, clerks=CLERKS)
    seats = [shift["id"] for shift in street.task([(*street.day(), people) for _ in range(runs)], points=1)["shifts"]]
    first = now().replace(second=0, microsecond=0) + FIRST_SLOT
    spans = [(first + SLOT * number, first + SLOT * (number + 1), people) for number in range(runs)]
    slots = [shift["id"] for shift in street.task(spans, points=1)["shifts"]]
    funded = street.meeting(people, starts_in=9, minutes=1, points=EARNED)["shifts"][0]["id"]
    _sign_all_up(place, street, [funded, *slots])
    full = street.task([(*street.day(), 1)])["shifts"][0]["id"]
    street.sign_up(street.clerks[-1:], full)  # nobody whose answer is measured
    for number in range(TASKS_LISTED):
        street.task([(*street.day(), 20)], points=1, title=f"志愿活动{number}")
    for number in range(OFFERS_LISTED):
        street.offer(title=f"优惠{number}")
    offer = street.offer(points=PRICE, stock=1_000_000, per_person_limit=1000)["id"]
    world = World(place, street, iter(seats), iter(slots), full, offer, cookies_of(place, street.residents))
    _fund(world, funded)
    return world


def _sign_all_up(place: Place, street: Street, shifts: list[str]) -> None:
    """Write everybody's sign-up for `shifts`, as the service would have left it."""
    shift, moment = table_of(Shift), now()
    with place.own.engine.begin() as connection:
        for public_id in shifts:
            key = connection.execute(select(shift.c.id).where(shift.c.public_id == public_id)).scalar_one()
            rows = [
                {
                    "public_id": new_public_id(),
                    "shift_id": key,
                    "person_id": person.key,
                    "state": SignupState.CONFIRMED,
                    "created_at": moment,
                    "queued_at": moment,
                    "accepted_notice_version": 1,
                    "is_walk_in": False,
                }
                for person in street.residents
            ]
            connection.execute(insert(table_of(Signup)), rows)
            connection.execute(update(shift).where(shift.c.id == key).values(taken=len(rows)))


def _fund(world: World, shift: str) -> None:
    """Let everybody earn points by coming; this also warms the server up."""
    left = world.street.residents
    for _ in range(20):
        code = world.street.venue_code(shift)
        requests = [world._post(each, "/checkins", {"code": code}) for each in left]
        clients = min(8, len(requests))
        load(world.place.server.url, requests, clients=clients, seconds=20, folder=world.place.folder)
        came = world.place.rows(
            "SELECT person_id FROM attendance JOIN shift ON shift.id = shift_id WHERE shift.public_id = :id", id=shift
        )
        done = {row["person_id"] for row in came}
        left = [each for each in left if each.key not in done]
        if not left:
            return
    raise CannotLoad(f"{len(left)} people could not check in while the bench was prepared")


def cookies_of(place: Place, people: Sequence[Person]) -> list[str]:
    """Return a browser's cookie of each of `people`, signed with the server's own secret."""
    secret = place.server.environment["POINTSAPP_SECRET_KEY"]
    app = create_app(settings_for(place.own.url, secret_key=secret))
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    versions = {row["id"]: row["session_version"] for row in place.rows("SELECT id, session_version FROM person")}
    shared = {"_fresh": True, "_permanent": True, SIGNED_IN_AT: int(now().timestamp())}
    return [
        signer.dumps(shared | {"_user_id": f"{each.key}.{versions[each.key]}", SESSION_NAME: secrets.token_urlsafe(24)})
        for each in people
    ]
