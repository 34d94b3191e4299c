"""Seals on both databases: what is covered when, what a change to the books does to them, and that nobody's name is in."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from pointsapp.core import clock as clocks
from pointsapp.core.db import db
from pointsapp.core.jobs import Scheduled, run_job
from pointsapp.core.paging import PageRequest
from pointsapp.core.transaction import write
from pointsapp.ledger.models import Entry, Posting, Seal, SealBlock, SealCut
from pointsapp.ledger.queries import entry_proof, seal_of_day, seals_page, verify_seals
from pointsapp.ledger.queries.sealed import sealed_entries
from pointsapp.ledger.rules import seals as arithmetic
from pointsapp.ledger.rules.seals import leaf_of, root_from
from pointsapp.ledger.services import post_many
from pointsapp.ledger.services.seals import seal_due
from tests.conftest import Clock
from tests.databases import Clone
from tests.factories import make_area, make_person
from tests.ledger.books import PERSON, credit, credit_draft, reserve

JOB = Scheduled("ledger.seal_due", 60, seal_due)


def seal() -> int:
    """Do what the worker does on its clock."""
    return run_job(write, JOB, clocks.now())


def seals(session: Session) -> list[Any]:
    return list(reversed(seals_page(session, PageRequest(limit=100)).items))


def a_day(session: Session, clock: Clock, *references: str) -> None:
    """Book something, and let the day go by."""
    for reference in references:
        credit(session, reference, 5, minutes=30)
    clock.forward(days=1)


@pytest.fixture
def books(session: Session, clock: Clock) -> Session:
    """Three sealed days of credits; the fourth is running."""
    reserve(session, 1000)
    session.commit()
    for day in range(3):
        a_day(session, clock, *(f"day{day}:{number}" for number in range(3)))
        session.commit()
        seal()
    credit(session, "today", 5)
    session.commit()
    return session


def forge(session: Session, table: str, statement: Any) -> None:
    """Change what the database itself forbids to change, as whoever holds its password could."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        connection.execute(statement)
        connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER ALL"))
        return
    kept = connection.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"), {"table": table}
    ).all()
    for name, _sql in kept:
        connection.execute(text(f"DROP TRIGGER {name}"))
    connection.execute(statement)
    for _name, sql in kept:
        connection.execute(text(sql))


class TestSealing:
    def test_each_day_has_a_seal_chained_to_the_one_before(self, books: Session) -> None:
        first, second, third = seals(books)
        assert [each.number for each in (first, second, third)] == [1, 2, 3]
        assert [each.day for each in (first, second, third)] == [date(2026, 11, day) for day in (21, 22, 23)]
        assert [each.entries for each in (first, second, third)] == [5, 3, 3]  # the grant and the reserve came first
        assert [each.postings for each in (first, second, third)] == [8, 6, 6]
        assert first.previous == "0" * 64
        assert (second.previous, third.previous) == (first.digest, second.digest)
        assert (second.after_entry, third.after_entry) == (first.last_entry, second.last_entry)
        assert seal_of_day(books, date(2026, 11, 22)) == second
        report = verify_seals(books)
        assert report.problems == ()
        assert (report.ok, report.seals, report.entries, report.postings, report.unsealed) == (True, 3, 11, 20, 1)
        assert (report.head, report.last_day) == (third.digest, "2026-11-23")

    def test_without_an_entry_there_is_no_chain(self, session: Session, clock: Clock) -> None:
        clock.forward(days=3)
        assert seal() == 0
        assert verify_seals(session).as_json() == {
            "ok": True, "seals": 0, "last_day": None, "head": None, "entries": 0, "postings": 0, "unsealed": 0,
            "compared_with_published": 0, "problems": [],
        }  # fmt: skip

    def test_what_others_did_and_finished_meanwhile_delays_nothing(
        self, session: Session, clock: Clock, database: Clone
    ) -> None:
        reserve(session, 100)
        session.commit()
        clock.forward(days=1)
        if database.dialect == "postgresql":
            with database.engine.begin() as other:  # the server's own housekeeping, say
                other.execute(text("SELECT pg_current_xact_id()"))
        seal()
        assert [each.number for each in seals(session)] == [1]

    def test_the_running_day_is_not_sealed(self, session: Session, clock: Clock) -> None:
        reserve(session, 100)
        session.commit()
        clock.forward(hours=23, minutes=29)  # 23:59 in Shanghai
        assert seal() == 0
        clock.forward(minutes=10)  # 00:09: what began before midnight may still be under way
        assert seal() == 0
        clock.forward(minutes=2)
        assert seal() > 0
        assert [each.day for each in seals(session)] == [date(2026, 11, 21)]
        assert seal() == 0

    def test_what_is_booked_after_midnight_belongs_to_the_next_day(self, session: Session, clock: Clock) -> None:
        reserve(session, 100)
        session.commit()
        clock.forward(days=1)
        credit(session, "after midnight", 5)
        session.commit()
        seal()
        assert [each.entries for each in seals(session)] == [2]
        clock.forward(days=1)
        seal()
        assert [each.entries for each in seals(session)] == [2, 1]

    def test_days_without_a_worker_get_their_own_seals_later(self, session: Session, clock: Clock) -> None:
        reserve(session, 100)
        session.commit()
        clock.forward(days=1)
        seal()
        credit(session, "one", 5)
        session.commit()
        clock.forward(days=2)
        credit(session, "two", 5)
        session.commit()
        clock.forward(days=1)
        seal()
        assert [(each.day.day, each.entries) for each in seals(session)] == [(21, 2), (22, 1), (23, 0), (24, 1)]
        assert seals(session)[2].root == arithmetic.root_of([]).hex()
        assert verify_seals(session).ok

    def test_a_backdated_entry_is_sealed_with_the_day_it_came_in(self, books: Session, clock: Clock) -> None:
        post_many(books, [credit_draft("late", 5)], now=clock.now() - timedelta(days=2))
        books.commit()
        clock.forward(days=1)
        seal()
        assert seals(books)[-1].entries == 2
        assert verify_seals(books).ok

    def test_a_clock_that_is_put_back_seals_nothing_twice(self, books: Session, clock: Clock) -> None:
        before = seals(books)
        clock.forward(days=-2)
        assert seal() == 0
        assert seals(books) == before

    def test_a_long_day_is_sealed_in_parts_of_whole_subtrees(self, session: Session, clock: Clock) -> None:
        reserve(session, 20_000)
        drafts = [credit_draft(f"many:{number}", 1) for number in range(arithmetic.BLOCK * 33)]
        post_many(session, drafts, now=clock.now())
        session.commit()
        clock.forward(days=1)
        assert seal() == 3  # the cut, 32 blocks, the rest
        only = seals(session)[0]
        assert only.entries == arithmetic.BLOCK * 33 + 2
        assert session.scalar(select(func.count()).select_from(SealBlock)) == 34
        inside = sealed_entries(session, 0, only.last_entry)
        assert only.root == arithmetic.root_of([each.leaf for each in inside]).hex()
        assert verify_seals(session).ok

    @pytest.mark.parametrize("table", ["seal", "seal_cut", "seal_block"])
    def test_seals_cannot_be_changed(self, books: Session, table: str) -> None:
        for statement in (f"UPDATE {table} SET number = number + 10", f"DELETE FROM {table}"):
            with pytest.raises(DBAPIError, match="append-only"), books.begin_nested():
                books.execute(text(statement))


class TestTampering:
    """The tables' triggers are switched off: somebody with the database's password was here."""

    @pytest.fixture
    def victim(self, books: Session) -> int:
        found = books.scalar(select(Entry.id).where(Entry.reference == "day1:1"))
        assert found
        return found

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("amount", 500), ("source", "task:9:reserved"), ("destination", "person:99:available"), ("person_id", 99),
            ("balance_after", 1), ("behaviour", "culture"), ("posted_at", None),
        ],
    )  # fmt: skip
    def test_a_changed_posting_is_named(self, books: Session, victim: int, column: str, value: Any) -> None:
        new = clocks.now() if value is None else value
        forge(
            books,
            "posting",
            update(Posting).where(Posting.entry_id == victim, Posting.number == 0).values({column: new}),
        )
        assert verify_seals(books).problems[0] == f"seal 2 of 2026-11-22: entry {victim} was changed"

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("reference", "x"), ("kind", "gift"), ("person_id", None), ("memo", "x"), ("facts", {"points": 1}),
            ("rule", "other"), ("inputs", {}), ("steps", []), ("public_id", "ABCDEFGHJKMN"), ("reverses_id", 1),
        ],
    )  # fmt: skip
    def test_a_changed_entry_is_named(self, books: Session, victim: int, column: str, value: Any) -> None:
        forge(books, "entry", update(Entry).where(Entry.id == victim).values({column: value}))
        assert verify_seals(books).problems[0] == f"seal 2 of 2026-11-22: entry {victim} was changed"

    def test_a_removed_entry_is_named(self, books: Session, victim: int) -> None:
        forge(books, "posting", delete(Posting).where(Posting.entry_id == victim))
        forge(books, "entry", delete(Entry).where(Entry.id == victim))
        problems = verify_seals(books).problems
        assert problems[0] == f"seal 2 of 2026-11-22: entry {victim} was removed"
        assert problems[1] == "seal 2 of 2026-11-22 covers 3 entries with 6 postings, but 2 with 4 stand there"

    def test_a_removed_posting_is_named(self, books: Session, victim: int) -> None:
        forge(books, "posting", delete(Posting).where(Posting.entry_id == victim, Posting.number == 1))
        assert verify_seals(books).problems[0] == f"seal 2 of 2026-11-22: entry {victim} was changed"

    def test_an_entry_put_under_an_old_number_is_named(self, books: Session, victim: int, clock: Clock) -> None:
        # A number that was given out and rolled back stands empty when the day is sealed.
        ahead = books.scalar(select(func.max(Entry.id)))
        assert ahead
        renumber = update(Entry).where(Entry.reference == "day3:0").values(id=ahead + 5)
        credit(books, "day3:0", 5)
        forge(books, "posting", delete(Posting).where(Posting.entry_id == ahead + 1))
        forge(books, "entry", renumber)
        books.commit()
        clock.forward(days=1)
        seal()
        assert verify_seals(books).ok
        row = {column.name: column for column in Entry.__table__.c}
        values = books.execute(select(Entry.__table__).where(Entry.id == victim)).mappings().one()
        added = {name: values[name] for name in row} | {"id": ahead + 2, "reference": "x", "public_id": "ABCDEFGHJKMN"}
        books.execute(Entry.__table__.insert().values(added))
        assert verify_seals(books).problems[0] == f"seal 4 of 2026-11-24: entry {ahead + 2} was added"

    def test_a_root_that_was_rewritten_breaks_the_chain(self, books: Session) -> None:
        forge(books, "seal", update(Seal).where(Seal.number == 2).values(root="0" * 64))
        assert verify_seals(books).problems == (
            "seal 2 of 2026-11-22: its digest is not that of what it says",
            "seal 2 of 2026-11-22: its blocks do not make up its root",
        )

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("root", "no hash at all"),
            ("last_entry_id", 10**12),
            ("holes", [[1, 2]]),
            ("marks", b""),
            ("after_entry_id", 0),
        ],
    )
    def test_a_block_that_was_rewritten_is_named(self, books: Session, column: str, value: Any) -> None:
        forge(books, "seal_block", update(SealBlock).where(SealBlock.seal_number == 2).values({column: value}))
        problems = verify_seals(books).problems
        if column in ("holes", "marks"):  # they only help to name; what proves stands in the roots
            assert problems == ()
        else:
            assert "seal 2 of 2026-11-22" in problems[0]

    def test_a_seal_in_the_middle_that_is_gone_is_noticed(self, books: Session) -> None:
        forge(books, "seal", delete(Seal).where(Seal.number == 2))
        assert verify_seals(books).problems[0] == "seal 3 of 2026-11-23 does not follow the seal before it"

    def test_who_rewrites_everything_meets_the_published_digest(
        self, books: Session, victim: int, clock: Clock
    ) -> None:
        published = {each.number: each.digest for each in seals(books)}
        forge(
            books, "posting", update(Posting).where(Posting.entry_id == victim, Posting.number == 0).values(amount=500)
        )
        for table, model in (("seal_block", SealBlock), ("seal", Seal), ("seal_cut", SealCut)):
            forge(books, table, delete(model))
        books.commit()
        seal()
        assert verify_seals(books).ok, "inside the database nothing shows it"
        report = verify_seals(books, published)
        assert not report.ok
        assert report.compared_with_published == 1
        assert report.problems == (
            "seal 1 of 2026-11-23 is not the one that was published",
            "seal 2 was published but does not stand here",
            "seal 3 was published but does not stand here",
        )
        assert not verify_seals(books, {9: "x"}).ok

    def test_many_changes_are_counted(self, books: Session, clock: Clock) -> None:
        post_many(books, [credit_draft(f"more:{number}", 1) for number in range(40)], now=clock.now())
        books.commit()
        clock.forward(days=1)
        seal()
        forge(books, "entry", update(Entry).where(Entry.reference.like("more:%")).values(memo="x"))
        problems = verify_seals(books).problems
        assert len(problems) == 21
        assert problems[-1] == "and 20 more"


class TestWhatIsSealed:
    def test_an_erased_person_breaks_no_seal_and_no_name_is_sealed(self, session: Session, clock: Clock) -> None:
        person = make_person(session, make_area(session), name="司徒小红", phone="13800001111")
        reserve(session, 100)
        credit(session, "hers", 5, minutes=30, person_id=person.id)
        session.commit()
        clock.forward(days=1)
        seal()
        for each in sealed_entries(session, 0, seals(session)[0].last_entry):
            assert "司徒" not in each.text
            assert "13800001111" not in each.text
            assert person.volunteer_number not in each.text
        # What erasing does to a person's row; the books know them by number only.
        person.name, person.phone, person.erased_at = "", None, clock.now()
        session.commit()
        assert verify_seals(session).ok

    def test_the_words_of_an_entry_are_sealed_as_a_digest(self, session: Session, clock: Clock) -> None:
        reserve(session, 100)
        post_many(session, [replace(credit_draft("one", 5), facts={"title": "帮司徒奶奶买菜"})], now=clock.now())
        last = sealed_entries(session, 0, 10**9)[-1]
        assert "\tone\t" in last.text
        assert "司徒" not in last.text

    def test_both_databases_seal_the_same_text(self, session: Session, clock: Clock) -> None:
        reserve(session, 100)
        credit(session, "one", 5, minutes=30)
        last = sealed_entries(session, 0, 10**9)[-1]
        entry = session.scalars(select(Entry).where(Entry.reference == "one")).one()
        head, points, minutes = last.text.split("\n")
        words = sha256(b"={}\t-\t-").hexdigest()
        assert head.split("\t") == [
            str(entry.id), entry.public_id, "one", entry.fingerprint, "credit", "2026-11-20 16:30:00.000000", f"={PERSON}",
            "-", "test", "-", "-", words, "2",
        ]  # fmt: skip
        assert points.split("\t") == [
            "0", "2026-11-20 16:30:00.000000", "point", "issued", "task:4:reserved", f"person:{PERSON}:available", "5",
            f"={PERSON}", "=5", "=5", "-",
        ]  # fmt: skip
        assert minutes.startswith("1\t2026-11-20 16:30:00.000000\tminute\tissued\tsystem:service\t")
        assert last.leaf == leaf_of(last.text.encode())

    def test_a_person_can_prove_their_own_entry(self, books: Session) -> None:
        entry = books.scalars(select(Entry).where(Entry.reference == "day1:1")).one()
        proof = entry_proof(books, entry.public_id, PERSON)
        assert proof is not None
        assert proof.seal.day == date(2026, 11, 22)
        assert leaf_of(proof.text.encode()).hex() == proof.leaf
        path = [bytes.fromhex(each) for each in proof.path]
        reached = root_from(bytes.fromhex(proof.leaf), proof.index, proof.seal.entries, path)
        assert reached is not None
        assert reached.hex() == proof.seal.root
        assert sha256(proof.seal.text.encode()).hexdigest() == proof.seal.digest

    def test_nobody_elses_and_nothing_unsealed(self, books: Session) -> None:
        ids = {entry.reference: entry.public_id for entry in books.scalars(select(Entry))}
        assert entry_proof(books, ids["day1:1"], PERSON + 1) is None
        assert entry_proof(books, ids["today"], PERSON) is None
        assert entry_proof(books, ids["reserve"], PERSON) is None
        assert entry_proof(books, "nothing", PERSON) is None


class TestWithRealCommits:
    def book(self, live: Clone, reference: str, *, days_ago: int = 1) -> None:
        moment = clocks.now() - timedelta(days=days_ago)
        with live.app.app_context():
            write(lambda session: post_many(session, [credit_draft(reference, 1)], now=moment))

    @pytest.fixture
    def open_books(self, live: Clone) -> Clone:
        moment = clocks.now() - timedelta(days=1)
        with live.app.app_context():
            write(lambda session: reserve(session, 100_000, at=moment))
        return live

    def test_an_older_open_transaction_holds_the_seal_back(self, open_books: Clone) -> None:
        """PostgreSQL only in its point: on SQLite nobody else can be writing while the seal is made."""
        self.book(open_books, "before")
        with open_books.app.app_context():
            if open_books.dialect == "sqlite":
                assert run_job(write, JOB, clocks.now()) == 2
                assert verify_seals(db.session).ok
                return
            late = Session(open_books.engine)
            moment = clocks.now() - timedelta(days=1)
            post_many(late, [credit_draft("late", 1, person_id=PERSON + 1)], now=moment)  # numbered, not committed
            self.book(open_books, "after")
            assert run_job(write, JOB, clocks.now()) == 1, "cut, not sealed"
            assert run_job(write, JOB, clocks.now()) == 0
            late.get_transaction().commit()  # type: ignore[union-attr]
            late.close()
            assert run_job(write, JOB, clocks.now()) == 1
            report = verify_seals(db.session)
            assert (report.ok, report.entries, report.unsealed) == (True, 5, 0)

    def test_two_workers_at_once_seal_once(self, open_books: Clone) -> None:
        for number in range(4):
            self.book(open_books, f"one:{number}")
        errors: list[Exception] = []

        def work() -> None:
            with open_books.app.app_context():
                try:
                    for _ in range(6):
                        run_job(write, JOB, clocks.now())
                except Exception as error:
                    errors.append(error)
                finally:
                    db.session.remove()

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        with open_books.app.app_context():
            report = verify_seals(db.session)
            assert (report.ok, report.seals, report.entries) == (True, 1, 6)

    def test_sealing_beside_a_crowd_misses_nothing(self, open_books: Clone) -> None:
        """Credits pour in from four sides while days are cut and sealed again and again."""
        stop = threading.Event()
        errors: list[Exception] = []

        def pour(side: int) -> None:
            number = 0
            try:
                while not stop.is_set() and number < 150:
                    self.book(open_books, f"{side}:{number}", days_ago=4)
                    number += 1
            except Exception as error:
                errors.append(error)

        threads = [threading.Thread(target=pour, args=(side,)) for side in range(4)]
        for thread in threads:
            thread.start()
        with open_books.app.app_context():
            days = 0
            while any(thread.is_alive() for thread in threads):
                run_job(write, JOB, clocks.now() + timedelta(days=days))
                days += 1
                time.sleep(0.05)  # the worker's clock is slower still: SQLite has one writer
        for thread in threads:
            thread.join()
        with open_books.app.app_context():
            run_job(write, JOB, clocks.now() + timedelta(days=days))
            report = verify_seals(db.session)
            assert errors == []
            assert (report.problems, report.entries, report.unsealed) == ((), 602, 0)
            covered = db.session.scalars(select(Seal.entries).order_by(Seal.number)).all()
            assert sum(1 for entries in covered if entries) > 3, "the crowd was spread over several seals"


class TestCommand:
    def test_verify_with_seals_prints_both_and_fails_on_either(self, live: Clone, tmp_path: Path) -> None:
        runner = live.app.test_cli_runner()
        moment = clocks.now() - timedelta(days=1)
        with live.app.app_context():
            write(lambda session: reserve(session, 100, at=moment))
        assert runner.invoke(args=["ledger", "seal"]).output == "2 steps done.\n"
        assert runner.invoke(args=["ledger", "seal"]).output == "Nothing to seal now.\n"
        plain = runner.invoke(args=["ledger", "verify"])
        assert "seals" not in json.loads(plain.output)
        good = runner.invoke(args=["ledger", "verify", "--seals"])
        assert good.exit_code == 0
        told = json.loads(good.output)
        assert (told["ok"], told["seals"]["seals"], told["seals"]["entries"]) == (True, 1, 2)
        copy = tmp_path / "seals.json"
        copy.write_bytes(live.app.test_client().get("/api/v1/seals").data)
        same = runner.invoke(args=["ledger", "verify", "--seals", "--published", str(copy)])
        assert (same.exit_code, json.loads(same.output)["seals"]["compared_with_published"]) == (0, 1)
        copy.write_text(json.dumps({"items": [{"number": 1, "digest": "0" * 64}]}))
        other = runner.invoke(args=["ledger", "verify", "--seals", "--published", str(copy)])
        assert (other.exit_code, json.loads(other.output)["ok"]) == (1, False)
        with live.app.app_context():
            write(lambda session: forge(session, "entry", update(Entry).values(memo="x")))
        bad = runner.invoke(args=["ledger", "verify", "--seals"])
        assert bad.exit_code == 1
        assert "entry 1 was changed" in bad.output

    @pytest.mark.parametrize(
        "content", ["", "[]", "{}", '{"items": [1]}', '{"items": [{"number": "x", "digest": "y"}]}']
    )
    def test_a_copy_that_is_none(self, app: Flask, tmp_path: Path, content: str) -> None:
        copy = tmp_path / "seals.json"
        copy.write_text(content)
        done = app.test_cli_runner().invoke(args=["ledger", "verify", "--seals", "--published", str(copy)])
        assert done.exit_code == 2
        assert "published file" in done.output

    def test_a_copy_goes_with_seals(self, app: Flask, tmp_path: Path) -> None:
        (tmp_path / "x").write_text("[]")
        done = app.test_cli_runner().invoke(args=["ledger", "verify", "--published", str(tmp_path / "x")])
        assert done.exit_code == 2
