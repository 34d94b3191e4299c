"""Trying a wording: what it would have given, cap by cap, without writing anything."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.core import clock as time
from pointsapp.ledger import accounts
from pointsapp.ledger.services import EntryDraft, PostingDraft, RuleTrace, post
from pointsapp.rewards.models import RuleVersion
from pointsapp.rewards.queries import NUMBERS, WhatIf, rule_book, what_if
from pointsapp.rewards.services import credit_attendance
from tests.conftest import Clock, HouseClient
from tests.factories import make_person, make_platform_admin, make_staff, make_tree


class Work:
    """A reserve to pay from, and credits by hand."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session, self.clock, self.number = session, clock, 0
        area = make_tree(session)["community"].id
        for reference, source, destination in (
            ("fill:budget", accounts.ISSUANCE, accounts.budget(area)),
            ("fill:task", accounts.budget(area), accounts.task_reserved(1)),
        ):
            draft = EntryDraft(
                reference=reference, kind="grant", postings=(PostingDraft(source, destination, 100_000),), memo="x"
            )
            post(session, draft, now=clock.at - timedelta(days=90))
        self.people = [make_person(session).id for _each in range(2)]

    def credit(self, who: int, points: int, *, hours_ago: float, category: str = "patrol") -> None:
        self.number += 1
        credit_attendance(
            self.session,
            attendance_id=self.number,
            person_id=self.people[who],
            task_id=1,
            category=category,
            points=points,
            points_mode="per_completion",
            minutes=60,
            planned_minutes=60,
            rule_version_id=None,
            budget_account=None,
            now=self.clock.at - timedelta(hours=hours_ago),
        )
        self.session.commit()

    def deed(self, who: int, points: int, *, hours_ago: float) -> None:
        """Credit a small deed, as its review does: by the rule of its own behaviour, without a task's points."""
        self.number += 1
        traced = RuleTrace(rule="*", version=1, inputs={"category": "deed", "each": 5, "a_month": 30}, steps=())
        draft = EntryDraft(
            reference=f"deed:{self.number}:1",
            kind="credit",
            postings=(PostingDraft(accounts.task_reserved(1), accounts.person_available(self.people[who]), points),),
            memo="deeds.thanked",
            person_id=self.people[who],
            rule=traced,
            behaviour="deed",
        )
        post(self.session, draft, now=self.clock.at - timedelta(hours=hours_ago))
        self.session.commit()

    def tried(self, category: str = "*", **numbers: int) -> WhatIf:
        now = self.clock.at
        asked = {name: numbers.get(name) for name in NUMBERS}
        return what_if(self.session, rule_book(self.session, now), category, asked, now=now)


@pytest.fixture
def work(session: Session, clock: Clock) -> Work:
    return Work(session, clock)


def test_without_bounds_it_is_what_was_given(work: Work) -> None:
    work.credit(0, 20, hours_ago=50)
    work.credit(1, 30, hours_ago=30)
    found = work.tried()
    assert (found.credits, found.people, found.points, found.points_then, found.changed) == (2, 2, 50, 50, 0)


def test_small_deeds_are_reckoned_with_and_fill_a_persons_cap(work: Work) -> None:
    work.deed(0, 5, hours_ago=6)
    work.credit(0, 20, hours_ago=5)
    assert (work.tried().points, work.tried().points_then) == (25, 25)
    assert work.tried(cap_day=20).points_then == 20, "five for the deed leave fifteen"
    assert work.tried(band_per_completion=3).above_band == 1, "a small deed has no task that somebody would approve"


def test_a_cap_at_once_cuts_each(work: Work) -> None:
    work.credit(0, 20, hours_ago=50)
    work.credit(1, 30, hours_ago=30)
    found = work.tried(cap_activity=25)
    assert (found.points_then, found.changed, found.people_less, found.most_lost, found.difference) == (45, 1, 1, 5, -5)


def test_a_cap_per_day_counts_the_local_day_and_the_person(work: Work) -> None:
    # It is Saturday, 00:30: three hours ago it was Friday.
    work.credit(0, 20, hours_ago=0.2)
    work.credit(0, 20, hours_ago=3)
    work.credit(0, 20, hours_ago=4, category="culture")
    work.credit(1, 20, hours_ago=3)
    assert work.tried(cap_day=30).points_then == 20 + 30 + 20
    assert work.tried("patrol", cap_day=10).points_then == 10 + 10 + 20 + 10


def test_a_category_of_its_own_is_not_bound_by_another(work: Work) -> None:
    work.credit(0, 20, hours_ago=5, category="culture")
    assert work.tried("patrol", cap_activity=1).points_then == 20
    assert work.tried("culture", cap_activity=1).points_then == 1


def test_the_month_before_is_counted_and_what_lies_before_it_is_only_lived_through(work: Work) -> None:
    first = time.at_local(time.local_day(work.clock.at).replace(month=10, day=1))
    before = (work.clock.at - first).total_seconds() / 3600
    work.credit(0, 20, hours_ago=before + 1)  # Wednesday, 30 September: the same week
    work.credit(0, 20, hours_ago=before - 1)  # Thursday, 1 October
    found = work.tried(cap_week=30)
    assert (found.since, found.credits, found.points, found.points_then) == (first, 1, 20, 10)


def test_bands_say_what_would_have_needed_a_second_person(work: Work) -> None:
    work.credit(0, 20, hours_ago=5)
    work.credit(0, 40, hours_ago=6)
    assert work.tried(band_per_completion=30).above_band == 1


def test_the_page_tries_and_writes_nothing(client: HouseClient, session: Session, work: Work) -> None:
    work.credit(0, 20, hours_ago=5)
    before = session.scalar(select(func.count()).select_from(RuleVersion))
    root = make_platform_admin(session)
    page = client.sign_in(root).post(
        "/console/rules", data={"category": "*", "cap_activity": "5", "reason": "", "try": "1"}
    )
    assert page.status_code == 200
    assert "只是试算" in page.text, "why is asked when it is meant, not when it is tried"
    assert 'formnovalidate formaction="/console/rules#trial"' in page.text
    assert 'value="5"' in page.text
    assert session.scalar(select(func.count()).select_from(RuleVersion)) == before
    staff = make_staff(session, make_tree(session)["street"])
    tried = client.sign_in(staff).post("/console/rules", data={"category": "*", "reason": "试试", "try": "1"})
    assert tried.status_code == 403
