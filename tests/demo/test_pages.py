"""Every page of the demo, as every role, found by following links: it opens, it says that it is a demo, it asks little."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import func, select

from benchmarks.pages import PageTime, find_pages, signed_in_client
from pointsapp.core.db import db
from pointsapp.demo import load_demo_once
from pointsapp.demo.log_ins import LOG_INS
from pointsapp.giving.models import Donation, Gift
from pointsapp.ledger.models import Entry, Flow, Posting
from pointsapp.web.security import limiter
from tests.shared import pages_of

MOST_QUERIES = 12
ID = re.compile(r'<[a-z][^<>]*\sid="([^"]+)"')
PARTS = {"boards.show_wall_screen"}  # a piece of a page, which says it for both
# Pages everybody must find something on: an empty one would mean that the street has lost its life there.
MUST_BE_FOUND = {
    "resident": "tasks.show_task redemption.show_offer rewards.show_entry home.show_me stars.show_branch boards.show_leaderboard",
    "clerk": "redemption.show_till redemption.show_day",
    "staff": "tasks.show_console_task checkin.show_screen people.show_console_person",
    "street_admin": "rewards.show_budgets merchants.show_console_merchant stars.show_console_round areas.show_console_areas",
}


@pytest.fixture(scope="session")
def rows(demo: Flask, tmp_path_factory: pytest.TempPathFactory) -> list[PageTime]:
    return pages_of(demo, tmp_path_factory)


def test_every_page_opens(rows: list[PageTime]) -> None:
    assert len(rows) > 200
    assert [row for row in rows if row.status != 200] == []


def test_no_page_runs_more_than_twelve_queries(rows: list[PageTime]) -> None:
    assert sorted({(row.queries, row.endpoint, row.address) for row in rows if row.queries > MOST_QUERIES}) == []


def test_no_page_has_an_id_twice(demo: Flask, rows: list[PageTime]) -> None:
    clients = {"guest": demo.test_client()} | {each.key: signed_in_client(demo, each.phone) for each in LOG_INS}
    twice = set()
    for row in rows:
        limiter.reset()
        ids = Counter(ID.findall(clients[row.role].get(row.address).get_data(as_text=True)))
        twice |= {(row.endpoint, name) for name, times in ids.items() if times > 1}
    assert twice == set()


@pytest.mark.parametrize("role", sorted(MUST_BE_FOUND))
def test_the_street_is_alive(rows: list[PageTime], role: str) -> None:
    found = {row.endpoint for row in rows if row.role == role}
    assert set(MUST_BE_FOUND[role].split()) - found == set()


def test_every_page_says_that_it_is_a_demo(demo: Flask) -> None:
    resident = next(each for each in LOG_INS if each.key == "resident")
    client = signed_in_client(demo, resident.phone)
    silent: list[str] = []

    def read(endpoint: str, address: str, text: str) -> None:
        if endpoint not in PARTS and "演示数据" not in text:
            silent.append(address)

    assert len(find_pages(demo, client, read=read)) > 20
    assert silent == []


def test_the_books_balance_after_twelve_weeks(demo: Flask) -> None:
    done = demo.test_cli_runner().invoke(args=["ledger", "verify"])
    assert done.exit_code == 0, done.output
    assert isinstance(json.loads(done.output), dict)


def test_all_events_told_once_more_give_the_stored_board(demo: Flask) -> None:
    done = demo.test_cli_runner().invoke(args=["stars", "verify"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert told["rounds"] == 4  # two quarters of two schemes
    assert told["evidence"] > 1_000


def test_loading_it_again_keeps_what_is_there(demo: Flask) -> None:
    said: list[str] = []
    with demo.app_context():
        load_demo_once(said.append)
    assert len(said) == 1
    assert "kept" in said[0]


def test_what_was_given_is_what_the_books_say(demo: Flask) -> None:
    """Refused at the last moment, a gift leaves nothing behind, here as at the door."""
    with demo.app_context():
        donated = db.session.scalar(select(func.sum(Donation.points)))
        booked = db.session.scalar(select(func.sum(Posting.amount)).where(Posting.flow == Flow.DONATED))
        gifts = db.session.scalar(select(func.count(Gift.id)))
        sides = db.session.scalar(select(func.count(Entry.id)).where(Entry.kind == "gift"))
        db.session.remove()
    assert donated
    assert donated == booked
    assert gifts
    assert sides == 2 * gifts
