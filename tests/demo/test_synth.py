"""Synthetic people in bulk: by the rules of the books on both databases, again the same by the same seed, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from pointsapp.boards.queries import verify_boards
from pointsapp.boards.services import fold
from pointsapp.core import clock
from pointsapp.core.db import Base, db
from pointsapp.core.transaction import write
from pointsapp.demo.synth import Loaded, loading, synthesise
from pointsapp.ledger import accounts
from pointsapp.ledger.models import Entry, Posting
from pointsapp.ledger.queries import verify
from pointsapp.ledger.services import EntryDraft, PostingDraft, post
from pointsapp.ledger.services.drafts import mark_of
from pointsapp.merchants.models import Offer
from pointsapp.people.models import Person
from pointsapp.redemption.models import Voucher
from pointsapp.stars.queries import every_round, standings, verify_stars
from pointsapp.stars.services import count_stale
from pointsapp.tasks.models import Task, TaskState
from proof.books import RULES, breaches
from tests import databases

RESIDENTS, ENTRIES = 150, 2_400
# Only a sample of the credits has an attendance behind it, so the three promises that add up attendances do not apply.
PROMISES = tuple(rule for rule in RULES if rule.name not in ("hours", "points earned", "points to spend"))
assert len(PROMISES) == len(RULES) - 3


def _load(residents: int, entries: int, seed: int = 7, *, now: datetime | None = None, **how: Any) -> Loaded:
    return synthesise(
        residents, entries, seed, now=now or clock.now(), people=lambda _n: None, posted=lambda _n: None, **how
    )


def _count(model: type[Base], *where: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def _must_hold() -> None:
    report = verify(db.session)
    assert report.ok, report.problems
    db.session.rollback()
    while write(fold, now=clock.now()):
        pass
    boards = verify_boards(db.session, now=clock.now())
    assert boards.ok, boards.problems
    assert boards.rows["board_place"] > 0
    db.session.rollback()
    with db.engine.connect() as connection:
        assert breaches(connection, PROMISES) == []


def test_books_boards_and_every_promise_hold_and_a_second_run_stands_beside_the_first(live: databases.Clone) -> None:
    with live.app.app_context():
        told: list[int] = []
        first = synthesise(RESIDENTS, ENTRIES, 7, now=clock.now(), people=told.append, posted=told.append)
        assert sum(told) == RESIDENTS + ENTRIES
        assert _count(Person) == RESIDENTS
        _must_hold()
        second = _load(20, 300)
        assert _count(Person) == RESIDENTS + 20
        assert _count(Entry) == first.entries + second.entries
        assert _count(Posting) == first.postings + second.postings
        _must_hold()
        assert _count(Voucher) > 30
        assert db.session.scalar(select(func.sum(Offer.taken)).select_from(Offer)) == _count(
            Voucher, Voucher.state.in_(["issued", "redeemed"])
        )
        assert {state for (state,) in db.session.execute(select(Task.state).distinct())} == {
            TaskState.PUBLISHED,
            TaskState.CLOSED,
        }


def test_every_mark_is_the_one_that_the_ledger_makes(live: databases.Clone) -> None:
    with live.app.app_context():
        _load(60, 900)
        kinds = set()
        lines: dict[int, list[PostingDraft]] = {}
        for row in db.session.execute(select(Posting).order_by(Posting.entry_id, Posting.number)).scalars():
            lines.setdefault(row.entry_id, []).append(PostingDraft(row.source, row.destination, row.amount))
        for entry in db.session.execute(select(Entry)).scalars():
            kinds.add(entry.kind)
            draft = EntryDraft(
                reference=entry.reference,
                kind=entry.kind,
                postings=tuple(lines[entry.id]),
                memo=entry.memo,
                facts=entry.facts,
                person_id=entry.person_id,
            )
            assert mark_of(draft) == entry.fingerprint, entry.reference
        assert {"grant", "credit", "hold", "redemption", "release", "donation", "reservation", "return"} <= kinds


def test_a_street_with_branches_stands_as_its_events_say(live: databases.Clone) -> None:
    with live.app.app_context():
        _load(120, 1_500, branches=9)
        _must_hold()
        while write(count_stale, now=clock.now()):
            pass
        rounds = every_round(db.session)
        assert [found.state for found in rounds][-1] == "open"
        report = verify_stars(db.session, rounds, now=clock.now())
        assert report.problems == []
        assert report.evidence > 300
        rows = standings(db.session, rounds[-1], now=clock.now())
        assert len(rows) == 9
        assert any(row.tally.members.get("attendance") for row in rows)
        assert {row.branch.area_name[:4] for row in rows} == {"合成街道", "合成社区", "合成网格"}
        assert max(row.score.total for row in rows) > min(row.score.total for row in rows) > 0


@pytest.fixture
def two() -> Iterator[list[databases.Clone]]:
    clones = [databases.clone(dialect) for dialect in databases.DIALECTS]
    yield clones
    for each in clones:
        each.drop()


def test_one_seed_gives_the_same_people_and_sums_on_both_databases(two: list[databases.Clone]) -> None:
    seen = []
    moment = clock.now()
    for clone in two:
        with clone.app.app_context():
            _load(RESIDENTS, ENTRIES, 3, now=moment)
            people = db.session.execute(
                text("SELECT name, home_area_id, phone, volunteer_number FROM person ORDER BY id")
            )
            sums = db.session.execute(text("SELECT account, amount FROM balance")).all()
            lines = db.session.execute(
                text("SELECT source, destination, amount FROM posting ORDER BY entry_id, number")
            )
            seen.append(([tuple(row) for row in people], sorted(map(tuple, sums)), [tuple(row) for row in lines]))
    assert seen[0] == seen[1]
    assert len(seen[0][2]) > ENTRIES


_MADE = """
SELECT indexname AS name, indexdef AS said FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT tgname, CONCAT(tgrelid::regclass, ' ', tgenabled) FROM pg_trigger WHERE NOT tgisinternal
"""
_KEPT = "SELECT name, sql FROM sqlite_master"


def _schema(clone: databases.Clone) -> set[tuple[str, str]]:
    found = db.session.execute(text(_MADE if clone.dialect == "postgresql" else _KEPT))
    return {tuple(row) for row in found}


@pytest.mark.parametrize("rests", [True, False])
def test_what_rested_is_there_again(live: databases.Clone, *, rests: bool) -> None:
    with live.app.app_context():
        before = _schema(live)
        _load(40, 500, rests=rests)
        assert _schema(live) == before
        _must_hold()
        # The books take nothing back, and the boards hear of the next posting.
        with pytest.raises(DBAPIError):
            db.session.execute(text("UPDATE posting SET amount = amount + 1"))
        db.session.rollback()
        grant = PostingDraft(accounts.ISSUANCE, accounts.budget(1), 5)
        write(post, EntryDraft(reference="later", kind="grant", postings=(grant,), memo="m"), now=clock.now())
        assert write(fold, now=clock.now() + timedelta(seconds=1)) == 1
        assert verify(db.session).ok


def test_a_load_that_breaks_leaves_nothing(live: databases.Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_values: object, **_more: object) -> None:
        raise ZeroDivisionError

    with live.app.app_context():
        before = _schema(live)
        monkeypatch.setattr(loading, "rebuild", break_down)
        with pytest.raises(ZeroDivisionError):
            _load(40, 500, rests=True)
        db.session.rollback()
        assert (_count(Person), _count(Entry), _schema(live)) == (0, 0, before)
        monkeypatch.undo()
        _load(40, 500)
        _must_hold()
