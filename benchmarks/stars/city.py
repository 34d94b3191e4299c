"""The city of the board: made by `pointsapp synth` with branches, served by `pointsapp serve` and its worker, with people about to check in."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import select

from benchmarks.world import API, _sign_all_up
from benchmarks.wrk import Request
from pointsapp import create_app
from pointsapp.core import clock
from pointsapp.core.db import db
from pointsapp.core.transaction import write
from pointsapp.demo.synth import synthesise
from pointsapp.people.models import Person as PersonRow
from pointsapp.people.services import create_tokens
from proof.place import WORKERS, Place, opened
from proof.street import Person, Street, now
from tests import databases
from tests.server import serving

OFFICE = "10000000009"
SEATS = 50  # people of one shift
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large the city is."""

    branches: int
    residents: int
    entries: int


@dataclass
class City:
    """`office` sees everything; at each of `shifts` the people beside it have a place and have not come yet."""

    place: Place
    office: Person
    shifts: list[tuple[str, list[Person]]]
    round_id: str
    branch_id: str
    _turn: Iterator[tuple[str, Person]] = field(init=False)

    def __post_init__(self) -> None:
        self._turn = ((shift, people[n]) for n in range(SEATS) for shift, people in self.shifts)

    def checkins(self, number: int) -> list[Request]:
        """Return the next check-ins, each in another grid than the one before; codes are good for half a minute."""
        chosen = list(islice(self._turn, number))
        street = Street(self.place, officers=[self.office])
        codes = {shift: street.venue_code(shift) for shift in {shift for shift, _ in chosen}}
        return [
            Request(method="POST", path=f"{API}/checkins", token=person.token, body={"code": codes[shift]})
            for shift, person in chosen
        ]


@contextmanager
def standing(url: str | None) -> Iterator[Place]:
    """Serve a database of its own until the block ends; the one at `url` is kept."""
    if url is None:
        with opened("postgresql", works=False) as place:
            yield place
        return
    own = databases.Clone("postgresql", url, create_app(databases.settings_for(url)), url)
    with own.app.app_context():
        upgrade()
        db.session.remove()
    with tempfile.TemporaryDirectory(prefix="proof-") as name:
        folder = Path(name)
        (folder / "worker.log").touch()
        with serving(url, folder, workers=WORKERS, hurried=True) as server:
            yield Place("postgresql", own, server, folder)


def build(place: Place, size: Size, checkins: int, say: Say) -> City:
    """Fill the database where no city stands in it yet, and put shifts about to begin in as many grids, with `checkins` places."""
    if not place.rows("SELECT 1 AS one FROM area WHERE code = 'synth'"):
        say(f"{size.residents:,} residents, {size.entries:,} entries, {size.branches:,} branches ...")
        place.inside(
            lambda: synthesise(
                size.residents, size.entries, 1, now=clock.now(), people=_quiet, posted=_quiet, branches=size.branches
            )
        )
    office = _office(place)
    shifts = -(-checkins // SEATS)
    people = _people(place, shifts * SEATS)
    street = Street(place, officers=[office])
    starts = now().replace(second=0, microsecond=0) + timedelta(minutes=20)
    grids = place.rows(
        "SELECT code FROM area WHERE kind = 'grid' AND code LIKE 'synth%' ORDER BY id LIMIT :n", n=shifts
    )
    found: list[tuple[str, list[Person]]] = []
    for number in range(shifts):
        own = people[number * SEATS : (number + 1) * SEATS]
        grid = grids[number % len(grids)]["code"]
        span = [(starts, starts + timedelta(minutes=60), SEATS)]
        shift = street.task(span, area_id=grid, points=1, title="合成巡查")["shifts"][0]["id"]
        _sign_all_up(place, Street(place, residents=own), [shift])
        found.append((shift, own))
    ran = place.rows(
        "SELECT id, public_id FROM star_round WHERE starts_on <= :today ORDER BY starts_on DESC, id LIMIT 1",
        today=clock.local_day(clock.now()),
    )[0]
    branch = place.rows(
        "SELECT public_id FROM branch JOIN round_branch ON branch_id = branch.id WHERE round_id = :r ORDER BY branch.id LIMIT 1",
        r=ran["id"],
    )
    return City(place, office, found, ran["public_id"], branch[0]["public_id"])


def _quiet(_number: int) -> None:
    """Nobody watches the bars."""


def _office(place: Place) -> Person:
    if not place.rows("SELECT 1 AS one FROM person WHERE phone = :phone", phone=OFFICE):
        done = place.command(
            "user",
            "add",
            "--phone",
            OFFICE,
            "--name",
            "合成街办",
            "--role",
            "platform_admin",
            "--area",
            "synth",
            "--password-stdin",
            typed="synth-office-2026",
        )
        if done.exit_code:
            raise RuntimeError(done.output)
    return place.inside(lambda: _with_tokens([OFFICE], 1))[0]  # type: ignore[no-any-return]


def _people(place: Place, number: int) -> list[Person]:
    """Return residents of the city who have no place anywhere today."""
    return place.inside(lambda: _with_tokens(None, number))  # type: ignore[no-any-return]


def _with_tokens(phones: list[str] | None, number: int) -> list[Person]:
    wanted = select(PersonRow.id, PersonRow.public_id, PersonRow.personal_code).order_by(PersonRow.id.desc())
    if phones is None:
        wanted = wanted.where(PersonRow.verified_at.is_not(None), PersonRow.phone != OFFICE)
    else:
        wanted = wanted.where(PersonRow.phone.in_(phones))
    rows = db.session.execute(wanted.limit(number)).all()
    made = write(create_tokens, [row.id for row in rows], now=clock.now())
    return [
        Person(key=row.id, id=row.public_id, token=one.token, code=row.personal_code)
        for row, one in zip(rows, made, strict=True)
    ]
