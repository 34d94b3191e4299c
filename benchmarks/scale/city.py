"""A city of so many residents on PostgreSQL: the demo street's log-ins, `pointsapp synth`'s people and books, and what else a city keeps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select

from benchmarks.scale import curve, measuring
from benchmarks.street import settings
from pointsapp import create_app
from pointsapp.areas.models import Area
from pointsapp.core import clock, jobs
from pointsapp.core.actor import Actor
from pointsapp.core.db import db
from pointsapp.core.transaction import write
from pointsapp.demo.facts import STREET
from pointsapp.demo.load import found_street
from pointsapp.demo.synth import synthesise
from pointsapp.ledger import accounts
from pointsapp.ledger.services import EntryDraft, PostingDraft, post_many
from pointsapp.people.models import Person
from pointsapp.people.queries import load_actor
from pointsapp.rewards.memos import ATTENDANCE
from pointsapp.rewards.services import GrantBudget, grant_budget
from pointsapp.tasks.models import Task

ENTRIES_PER_RESIDENT = 10  # most have two postings
LONG_HISTORY = 1_000  # entries of the resident whose pages are measured
WIDENED = Path(__file__).with_name("city.sql")
MARK = "合成任务%"
# What the worker would long have done with a city that is not a minute old.
SETTLES = ("boards.fold", "stars.recount_daily", "stars.count_stale", "areas.count_heads", "rewards.sum_issued")
Say = Callable[[str], None]


def open_app(url: str, folder: Path) -> Flask:
    """Return the application on the database at `url`."""
    return create_app(settings(folder / "unused.db", database_url=url))


def build(app: Flask, residents: int, say: Say) -> int:
    """Make the database a city of `residents` where it is none yet; return how many live in it.

    What is there already is kept: a database that `pointsapp synth` filled only gets what lies beside the books.
    """
    with app.app_context():
        upgrade()
        if not _count(select(func.count()).where(Area.code == "synth")):
            say(f"{residents:,} residents and {ENTRIES_PER_RESIDENT * residents:,} entries ...")
            now = clock.now()
            synthesise(
                residents, ENTRIES_PER_RESIDENT * residents, 1, now=now, people=lambda _n: None, posted=lambda _n: None
            )
        if not _count(select(func.count()).where(Area.code == STREET[0])):
            write(found_street, now=clock.now())
            _work("stars.turn_rounds")
        if not _count(select(func.count()).where(Task.title.like(MARK))):
            say("Tasks, attendances, news, shops ...")
            _widen(db.engine.url.render_as_string(hide_password=False))
            _enrich()
            say("What the worker does ...")
            _work(*SETTLES)
        people = _count(select(func.count(Person.id)))
        if _count(select(func.count()).where(Task.title.like(MARK))) < residents // 25:
            raise LookupError("the city is not as wide as it should be: who lives below the area `synth`?")
        db.session.remove()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
        db.engine.dispose()
    return people


def measured(url: str, residents: int, *, times: int, people: int, folder: Path, say: Say) -> curve.City:
    """Make the database at `url` a city where it is none, and measure it; `people` residents do the hot calls."""
    app = open_app(url, folder)
    inhabitants = build(app, residents, say)
    found = measuring.measure(app, times=times, people=people)
    with app.app_context(), db.engine.connect() as connection:
        size = connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one()
    return curve.City(inhabitants, round(size / 1e9, 2), tuple(found))


def _count(statement: object) -> int:
    return db.session.scalar(statement) or 0  # type: ignore[call-overload,no-any-return]


def _widen(url: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(WIDENED.read_text())


def _enrich() -> None:
    """Give the communities budgets, and the resident who is measured a long book."""
    office = _actor("10000000009")
    places = db.session.scalars(select(Area.code).where(Area.code.like("synth%"), Area.kind != "district")).all()
    now = clock.now()
    for code in places:
        write(grant_budget, office, GrantBudget(area=code, points=100_000, memo="合成"), now=now)
    resident = _actor("10000000001")
    area_id = db.session.scalar(select(Area.id).where(Area.code == places[0]))
    assert area_id is not None
    drafts = [
        EntryDraft(
            reference=f"scale:{number}",
            kind="credit",
            postings=(
                PostingDraft(accounts.budget(area_id), accounts.person_available(resident.person_id), 10),
                PostingDraft(accounts.SERVICE, accounts.person_minutes(resident.person_id), 60),
            ),
            memo=ATTENDANCE,
            person_id=resident.person_id,
            behaviour="other",
        )
        for number in range(LONG_HISTORY)
    ]
    write(post_many, drafts, now=[now] * len(drafts))


def _actor(phone: str) -> Actor:
    person_id = db.session.scalar(select(Person.id).where(Person.phone == phone))
    assert person_id is not None
    actor = load_actor(db.session, person_id, now=clock.now())
    assert actor is not None
    return actor


def _work(*names: str) -> None:
    """Run these jobs of the worker until they have nothing left."""
    for name in names:
        job = next(each for each in jobs.scheduled() if each.name == name)
        while jobs.run_job(write, job, clock.now(), max_batches=1):
            pass
