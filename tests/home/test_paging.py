"""Lists of a desk in pages: every row once and in order, whatever shares a moment or a name, and a new row moves nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from pointsapp.areas.jobs import count_heads
from pointsapp.areas.models import Area
from pointsapp.areas.queries.tree import area_tree
from pointsapp.checkin.models import AttendanceState, Correction
from pointsapp.checkin.queries import corrections_page, lead_page
from pointsapp.checkin.queries.reviews import provisional_page
from pointsapp.core import clock, figures
from pointsapp.core.actor import Role
from pointsapp.core.codes import new_public_id
from pointsapp.core.db import table_of
from pointsapp.core.figures import put_figures
from pointsapp.core.paging import Page, PageRequest, decode_cursor
from pointsapp.core.policy import PolicyVersion
from pointsapp.core.transaction import write
from pointsapp.home.queries import policy_history
from pointsapp.ledger.models import Claim
from pointsapp.people.models import Person
from pointsapp.rewards.jobs import sum_issued
from pointsapp.rewards.queries import budgets_page, grants_page, open_claims_page
from pointsapp.rewards.queries.budgets import ISSUED
from pointsapp.rewards.services import GrantBudget, grant_budget
from pointsapp.stars.models import Branch, BranchKind, Membership
from pointsapp.stars.queries import members_page
from pointsapp.tasks.policies import WEEKLY_QUOTA
from pointsapp.tasks.queries import upcoming_page
from tests.factories import actor_of, make_area, make_person, make_shift, make_signup, make_staff, make_task, make_tree
from tests.home.test_queries import attend

ROWS, AT_ONCE = 7, 3


def walk(read: Callable[[PageRequest], Page[Any]], *shape: type) -> list[Any]:
    """Return all rows of a list, read three at a time by its cursors."""
    found: list[Any] = []
    page = read(PageRequest(limit=AT_ONCE))
    while True:
        found += page.items
        assert len(page.items) <= AT_ONCE
        if page.next_cursor is None:
            return found
        assert page.items, "a cursor that leads nowhere"
        page = read(PageRequest(limit=AT_ONCE, after=decode_cursor(page.next_cursor, shape)))


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    return make_tree(session)


@pytest.fixture
def staff(session: Session, tree: dict[str, Area]) -> Person:
    return make_staff(session, tree["community"], Role.STREET_ADMIN)


def _add(session: Session, model: Any, **values: Any) -> None:
    session.execute(insert(table_of(model)), [values])
    session.commit()


def test_corrections_wait_in_pages(session: Session, tree: dict[str, Area], staff: Person) -> None:
    shift = make_shift(session, make_task(session, tree["community"]), capacity=20)
    asker = make_staff(session, tree["community"])

    def ask() -> None:
        signup = make_signup(session, shift, make_person(session, tree["community"]))
        _add(
            session, Correction, public_id=new_public_id(), signup_id=signup.id, minutes=30, minutes_before=60, reason="记错了",
            state="pending", asked_by_id=asker.id, created_at=clock.now(),
        )  # fmt: skip

    for _ in range(ROWS):
        ask()
    actor = actor_of(session, staff)
    seen = [line.id for line in walk(lambda page: corrections_page(session, actor, page), int)]
    assert len(seen) == len(set(seen)) == ROWS
    assert seen == sorted(seen), "who asked first is read first"
    elsewhere = actor_of(session, make_staff(session, tree["other_street"]))
    assert corrections_page(session, elsewhere, PageRequest()).items == ()


def test_a_correction_asked_meanwhile_moves_nobody(session: Session, tree: dict[str, Area], staff: Person) -> None:
    test_corrections_wait_in_pages(session, tree, staff)
    actor = actor_of(session, staff)
    first = corrections_page(session, actor, PageRequest(limit=AT_ONCE))
    rest = decode_cursor(first.next_cursor, (int,))
    before = [line.id for line in corrections_page(session, actor, PageRequest(limit=99, after=rest)).items]
    shift = make_shift(session, make_task(session, tree["community"]))
    signup = make_signup(session, shift, make_person(session, tree["community"]))
    _add(
        session, Correction, public_id=new_public_id(), signup_id=signup.id, minutes=30, minutes_before=60, reason="记错了",
        state="pending", asked_by_id=staff.id, created_at=clock.now(),
    )  # fmt: skip
    after = [line.id for line in corrections_page(session, actor, PageRequest(limit=99, after=rest)).items]
    assert after[: len(before)] == before
    assert len(after) == len(before) + 1


def test_claims_are_read_in_pages(session: Session, tree: dict[str, Area]) -> None:
    owers = [make_person(session, tree["community"]) for _ in range(ROWS)]
    for number, person in enumerate([*owers, make_person(session, tree["other_street"])]):
        _add(
            session, Claim, public_id=new_public_id(), reference=f"claim:{number}", person_id=person.id, to_account="budget:1", amount=9,
            remaining=0 if number == 2 else 9, memo="ledger.correction", facts={}, created_at=clock.now(), written_off=0,
        )  # fmt: skip
    here = [tree["community"].path]
    seen = [line.person_id for line in walk(lambda page: open_claims_page(session, here, page), int)]
    assert seen == [person.id for number, person in enumerate(owers) if number != 2]
    everybody = walk(lambda page: open_claims_page(session, ["/"], page), int)
    assert len(everybody) == ROWS


def test_provisional_minutes_wait_in_pages(session: Session, tree: dict[str, Area], staff: Person) -> None:
    shift = make_shift(session, make_task(session, tree["community"]), capacity=20)
    for _ in range(ROWS):
        attend(session, make_person(session, tree["community"]), shift, 30, AttendanceState.PROVISIONAL)
    actor = actor_of(session, staff)
    seen = [line.id for line in walk(lambda page: provisional_page(session, actor, page), int)]
    assert len(seen) == ROWS
    assert seen == sorted(set(seen))


def test_a_leader_finds_every_shift_of_a_busy_day(session: Session, tree: dict[str, Area], staff: Person) -> None:
    now = clock.now()
    starts = [now - timedelta(hours=5)] * 2 + [now + timedelta(hours=1)] * 4 + [now - timedelta(hours=1)]
    for start in starts:
        make_shift(session, make_task(session, tree["community"]), starts_at=start)
    actor = actor_of(session, staff)
    found = walk(lambda page: lead_page(session, actor, page, now=now), int, str, int)
    assert len({brief.id for brief in found}) == ROWS == len(found)
    assert [brief.ends_at < now for brief in found] == [False] * 5 + [True] * 2, "what is over stands last"


def test_what_is_ahead_is_read_in_pages(session: Session, tree: dict[str, Area]) -> None:
    person, now = make_person(session, tree["community"]), clock.now()
    for number in range(ROWS):
        start = now + timedelta(hours=number // 3 + 1)
        make_signup(session, make_shift(session, make_task(session, tree["community"]), starts_at=start), person)
    rows = walk(lambda page: upcoming_page(session, person.id, page, now=now), str, int)
    assert len({row.id for row in rows}) == ROWS
    assert [row.starts_at for row in rows] == sorted(row.starts_at for row in rows)


def test_members_of_one_name_stand_on_both_sides_of_a_page(session: Session, tree: dict[str, Area]) -> None:
    branch = Branch(
        code="b1", name="第一支部", kind=BranchKind.BRANCH, area_id=tree["community"].id, created_at=clock.now()
    )
    session.add(branch)
    session.commit()
    for number in range(ROWS):
        person = make_person(session, tree["community"], name="李芳" if number < 5 else f"赵{number}")
        _add(
            session, Membership, person_id=person.id, branch_id=branch.id, starts_at=clock.now(), recorded_at=clock.now()
        )  # fmt: skip
    whole = members_page(session, branch.id, PageRequest(limit=99), now=clock.now()).items
    paged = walk(lambda page: members_page(session, branch.id, page, now=clock.now()), int)
    assert len(whole) == ROWS
    assert tuple(paged) == whole


def test_budgets_and_grants_are_read_in_pages(session: Session, tree: dict[str, Area], staff: Person) -> None:
    admin = make_staff(session, tree["street"], Role.STREET_ADMIN)
    areas = [make_area(session, tree["street"]) for _ in range(ROWS)]
    for area in areas:
        write(grant_budget, actor_of(session, admin), GrantBudget(area=area.code, points=10, memo="x"), now=clock.now())
    paths = [tree["street"].path]
    lines = walk(lambda page: budgets_page(session, paths, None, page, now=clock.now()), str)
    assert [line.area.code for line in lines] == sorted(area.code for area in areas)
    assert {line.granted for line in lines} == {10}
    grants = walk(lambda page: grants_page(session, paths, page), int)
    assert [grant.area_name for grant in grants] == [area.name for area in reversed(areas)]


def test_a_city_s_sums_are_the_worker_s_last(
    session: Session, tree: dict[str, Area], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where counting takes long, the pages show what was measured; budgets still add up. Where it is quick, they count."""
    admin = make_staff(session, tree["street"], Role.STREET_ADMIN)
    write(
        grant_budget,
        actor_of(session, admin),
        GrantBudget(area=tree["community"].code, points=90, memo="x"),
        now=clock.now(),
    )
    paths = [tree["street"].path]

    def heads() -> int:
        return area_tree(session, [tree["community"].path]).lines[0].people

    write(count_heads, now=clock.now())
    write(sum_issued, now=clock.now())
    before = heads()
    make_person(session, tree["grid"])
    assert heads() == before + 1, "a street counts for itself"
    monkeypatch.setattr(figures, "SLOW_S", -1.0)
    assert heads() == before, "a city shows the last measurement"
    line = budgets_page(session, paths, None, PageRequest(), now=clock.now()).items[0]
    assert (line.granted, line.balance, line.reserved, line.issued) == (90, 90, 0, 0)
    write(
        put_figures,
        ISSUED,
        {f"{kind}=budget:{tree['community'].id}": 7 for kind in ("budget", "late")},
        now=clock.now(),
    )
    line = budgets_page(session, paths, None, PageRequest(), now=clock.now()).items[0]
    assert (line.issued, line.granted) == (7, line.balance + line.reserved + line.issued)


def test_a_policy_s_past_ends_with_its_default(session: Session, staff: Person) -> None:
    for number in range(ROWS):
        _add(
            session, PolicyVersion, name=WEEKLY_QUOTA.name, value=number, starts_at=clock.now(), reason="议定", set_by_id=staff.id
        )  # fmt: skip
    lines = _past(session)
    assert [line.value for line in lines] == [*reversed(range(ROWS)), WEEKLY_QUOTA.default]


def _past(session: Session) -> list[Any]:
    """Walk the versions; the default stands behind the last page, so that page may have one line more."""
    found: list[Any] = []
    after = None
    while True:
        page = policy_history(session, WEEKLY_QUOTA.name, PageRequest(limit=AT_ONCE, after=after), now=clock.now())
        found += page.items
        if page.next_cursor is None:
            return found
        after = decode_cursor(page.next_cursor, (int,))
