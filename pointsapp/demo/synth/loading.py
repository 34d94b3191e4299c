"""The load: one transaction, whole or not at all. Triggers that note each posting rest, and the sums of the boards are made once."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from pointsapp.boards.services import rebuild
from pointsapp.core import clock
from pointsapp.core.db import db
from pointsapp.core.transaction import write
from pointsapp.demo.dice import Dice
from pointsapp.demo.synth.book import FUND, Book
from pointsapp.demo.synth.crowd import phone_of, settle
from pointsapp.demo.synth.moments import text_of
from pointsapp.demo.synth.names import volunteer_numbers
from pointsapp.demo.synth.party import Party, first_second, organise
from pointsapp.demo.synth.places import count_stock, found, grant_budgets, open_shops
from pointsapp.demo.synth.plan import SHIFT_PLACES, Plan
from pointsapp.demo.synth.resting import at_rest, last_numbers, lock_tables, renumber, sink_of
from pointsapp.demo.synth.rows import Rows
from pointsapp.demo.synth.vouchers import Vouchers
from pointsapp.demo.synth.works import POINTS, Works
from pointsapp.demo.synth.year import POT, YEAR, Year
from pointsapp.ledger.models import Balance
from pointsapp.people.queries import current_notice
from pointsapp.people.services import hash_password
from pointsapp.rewards.queries import current_rule_version
from pointsapp.stars.queries import latest_rounds
from pointsapp.tasks.models import TaskCategory

MEAN_POINTS = 16
Told = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a run added, and how its first people sign in."""

    residents: int
    entries: int
    postings: int
    first_phone: str
    password: str


def synthesise(
    residents: int,
    entries: int,
    seed: int,
    *,
    now: datetime,
    people: Told,
    posted: Told,
    stage: Callable[[str], None] = lambda _name: None,
    rests: bool | None = None,
    branches: int = 0,
) -> Loaded:
    """Add `residents` people and a year with `entries` entries of theirs before `now`; grants and reserves come on top.

    `branches` party branches, with members, head counts, the rounds of two quarters and their evidence, stand over their areas.

    `rests` says whether indexes and keys rest meanwhile (PostgreSQL); None: if the run is large beside what is there.
    """
    password = secrets.token_urlsafe(9)
    mark = hash_password(password)
    plan = Plan(residents, entries, branches)
    loaded = write(_load, plan, seed, mark, password, now=now, people=people, posted=posted, stage=stage, rests=rests)
    stage("tidying up")
    _tidy(db.engine)
    return loaded


def _load(
    session: Session, plan: Plan, seed: int, mark: str, password: str, *,
    now: datetime, people: Told, posted: Told, stage: Callable[[str], None], rests: bool | None,
) -> Loaded:  # fmt: skip
    dice = Dice(seed)
    now = now.astimezone(UTC).replace(microsecond=0)
    begins, ends = now - timedelta(seconds=YEAR), int(now.timestamp())
    lock_tables(session)
    places = found(session, plan, now=begins)
    of_area = organise(session, plan, places, now=now) if plan.branches else {}
    last = last_numbers(session)
    first = last["person"] + 1
    run = f"synth:{first}"
    party = Party(Dice(seed), of_area, places.grids, first_second(now), run) if of_area else None
    each = 2 * (plan.entries * MEAN_POINTS // len(places.communities) + POT * 14) + _for_tasks(
        plan, len(places.communities)
    )
    budgets = grant_budgets(session, places.communities, each, run, now=begins)
    held = session.scalar(select(Balance.amount).where(Balance.account == FUND))
    budgets[FUND] = held or 0
    numbers = volunteer_numbers(session, first)
    categories = list(session.scalars(select(TaskCategory.key).order_by(TaskCategory.position)))
    rules = {key: current_rule_version(session, key, now) for key in categories}
    before = dict(budgets)
    with at_rest(session, plan.entries, rests=rests, stage=stage):
        last["entry"] = last_numbers(session)["entry"]
        sink = sink_of(session)
        rows = Rows(sink, last)
        consent = current_notice().consent_version
        settle(rows, dice, plan.residents, places.grids, numbers, consent, mark, text_of(ends - YEAR), people,
               joins=party.join if party else None)  # fmt: skip
        sink.close()
        stalls = open_shops(session, dice, plan, places, first, now=begins)
        sink = sink_of(session)
        rows = Rows(sink, last)
        book = Book(rows, first, plan.residents, budgets)
        works = Works(rows, book, dice, places.grids, categories, rules, first, plan.residents, party)
        today = clock.local_day(now)
        vouchers = Vouchers(rows, book, dice, stalls, first, f"{today:%Y-%m-%d}")
        year = Year(plan, rows, book, dice, works, vouchers, places.communities, categories, run, ends, first, party)
        year.live(posted)
        if party is not None:
            party.assess(rows, latest_rounds(session), first, ends)
        book.keep_balances()
        rows.flush()
        sink.close()
        count_stock(session, stalls, today)
        renumber(session, last)
        stage("boards")
        rebuild(session, now=now)
    if party is not None:
        session.execute(text("INSERT INTO stale_area (area_id) VALUES (NULL)"))
    _keep_budgets(session, before, budgets)
    return Loaded(
        residents=plan.residents, entries=book.entries + len(places.communities),
        postings=book.postings + len(places.communities), first_phone=phone_of(first), password=password,
    )  # fmt: skip


def _for_tasks(plan: Plan, communities: int) -> int:
    """Return what one community's tasks may hold at once, with room for luck."""
    return max(POINTS) * SHIFT_PLACES * (4 * (plan.tasks_ahead + plan.shifts) // communities + 20)


def _keep_budgets(session: Session, before: dict[str, int], after: dict[str, int]) -> None:
    """Write what the budgets and the fund hold now; their rows are ours since the tables were locked."""
    rows = [{"account": key, "amount": amount} for key, amount in after.items() if amount != before[key]]
    upsert = text(
        "INSERT INTO balance (account, amount) VALUES (:account, :amount) "
        "ON CONFLICT (account) DO UPDATE SET amount = excluded.amount"
    )
    if rows:
        session.execute(upsert, rows)


def _tidy(engine: Engine) -> None:
    """Let the planner know what is there, and mark pages as read by all, so that indexes alone can answer."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "PRAGMA optimize"))
