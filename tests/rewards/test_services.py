"""Budgets, credits, corrections and rule versions on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock as clock_module
from pointsapp.core import figures
from pointsapp.core.actor import Role
from pointsapp.core.errors import Forbidden, Invalid
from pointsapp.core.figures import put_figures
from pointsapp.core.paging import PageRequest
from pointsapp.core.transaction import write
from pointsapp.ledger import accounts
from pointsapp.ledger.errors import InsufficientBudget
from pointsapp.ledger.queries import account_balance, account_sum, entries_page, person_balance, verify
from pointsapp.ledger.services import EntryDraft, PostingDraft, open_hold, post
from pointsapp.people.models import Person
from pointsapp.rewards.errors import VersionInThePast
from pointsapp.rewards.queries import (
    BudgetLine,
    band_allows,
    budgets_page,
    current_rule_version,
    find_budget,
    grants_page,
)
from pointsapp.rewards.queries.budgets import ISSUED, issued_by_budget
from pointsapp.rewards.rules import Pace
from pointsapp.rewards.services import (
    AddRuleVersion,
    BudgetDraw,
    Credit,
    GrantBudget,
    add_rule_version,
    correct_attendance,
    credit_attendance,
    grant_budget,
    reserve_for_task,
    return_task_rest,
)
from tests.conftest import Clock
from tests.factories import actor_of, make_person, make_platform_admin, make_staff, make_tree

TASK, OWN_TASK = 4, 5


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    return make_tree(session)


@pytest.fixture
def admin(session: Session, tree: dict[str, Area]) -> Person:
    return make_staff(session, tree["street"], Role.STREET_ADMIN)


@pytest.fixture
def resident(session: Session, tree: dict[str, Area]) -> Person:
    return make_person(session, tree["community"])


@pytest.fixture(autouse=True)
def books_balance(session: Session) -> Any:
    """TASK's reserve is full; whatever a test does, at its end the books balance."""
    far = accounts.budget(10**9)
    for reference, source, destination in (("g", accounts.ISSUANCE, far), ("r", far, accounts.task_reserved(TASK))):
        posting = PostingDraft(source, destination, 10_000)
        draft = EntryDraft(reference=reference, kind="test", postings=(posting,), memo="test")
        write(post, draft, now=clock_module.now())
    yield
    session.rollback()
    report = verify(session)
    assert report.ok, report.problems


def grant(session: Session, admin: Person, area: Area, points: int) -> Any:
    command = GrantBudget(area=area.code, points=points, memo="第四季度")
    return write(grant_budget, actor_of(session, admin), command, now=clock_module.now())


def reserve(area: Area, points: int, task_id: int = OWN_TASK) -> BudgetDraw:
    return write(reserve_for_task, task_id=task_id, area_path=area.path, points_needed=points, now=clock_module.now())


def credit(person: Person, number: int, **over: Any) -> Credit:
    values = {
        "task_id": TASK,
        "category": "patrol",
        "points": 20,
        "points_mode": "per_completion",
        "minutes": 120,
        "planned_minutes": 120,
        "rule_version_id": None,
        "budget_account": None,
        "task_public_id": "task12345678",
        "task_title": "红专路夜巡",
        "now": clock_module.now(),
        **over,
    }
    return write(credit_attendance, attendance_id=number, person_id=person.id, **values)


def correct(person: Person, number: int, **over: Any) -> Credit:
    values = {
        "attendance_id": 1,
        "task_id": TASK,
        "category": "patrol",
        "points": 20,
        "points_mode": "per_completion",
        "minutes_before": 120,
        "minutes": 0,
        "points_before": 20,
        "rule_version_id": None,
        "budget_account": None,
        "task_is_closed": False,
        "now": clock_module.now(),
        **over,
    }
    return write(correct_attendance, correction_id=number, person_id=person.id, **values)


def add_version(session: Session, admin: Person, category: str = "*", **over: Any) -> Any:
    command = AddRuleVersion(category=category, reason="居民议事会定", **over)
    return write(add_rule_version, actor_of(session, admin), command, now=clock_module.now())


def test_a_grant_fills_the_area_s_budget(session: Session, tree: dict[str, Area], admin: Person) -> None:
    assert grant(session, admin, tree["community"], 500).budget_balance == 500
    assert grant(session, admin, tree["community"], 250).budget_balance == 750
    assert [line.points for line in grants_page(session, [tree["street"].path], PageRequest()).items] == [250, 500]
    assert grants_page(session, [tree["other_street"].path], PageRequest()).items == ()


@pytest.mark.parametrize("where", ["district", "other_street"])
def test_only_the_street_office_of_the_area_grants(
    session: Session, tree: dict[str, Area], admin: Person, where: str
) -> None:
    with pytest.raises(Forbidden):
        grant(session, admin, tree[where], 500)
    staff = make_staff(session, tree["community"])
    with pytest.raises(Forbidden):
        grant(session, staff, tree["community"], 500)
    command = GrantBudget(area="nowhere", points=5, memo="x")
    with pytest.raises(Invalid):
        write(grant_budget, actor_of(session, admin), command, now=clock_module.now())


def test_the_nearest_budget_that_holds_it_all_pays(session: Session, tree: dict[str, Area], admin: Person) -> None:
    grant(session, admin, tree["street"], 1000)
    grant(session, admin, tree["community"], 100)
    near = reserve(tree["grid"], 100, 1)
    assert (near.account_key, near.remaining) == (accounts.budget(tree["community"].id), 0)
    far = reserve(tree["grid"], 1, 2)
    assert (far.account_key, far.area_id) == (accounts.budget(tree["street"].id), tree["street"].id)
    with pytest.raises(InsufficientBudget) as refused:
        reserve(tree["grid"], 1000, 3)
    assert refused.value.facts == {"balance": 999, "needed": 1000}
    assert reserve(tree["other_street"], 0, 5).account_key is None


def test_the_rest_returns_once(session: Session, tree: dict[str, Area], admin: Person, resident: Person) -> None:
    grant(session, admin, tree["community"], 100)
    draw = reserve(tree["community"], 60)
    credit(resident, 1, task_id=OWN_TASK)
    back = {
        "task_id": OWN_TASK,
        "budget_account": draw.account_key,
        "reference": "task:4:rest",
        "now": clock_module.now(),
    }
    assert write(return_task_rest, **back) == 40
    assert write(return_task_rest, **back) == 0
    line = budgets_page(session, [tree["street"].path], None, PageRequest(), now=clock_module.now()).items[0]
    assert (line.granted, line.balance, line.reserved, line.issued, line.returned) == (100, 80, 0, 20, 40)
    assert line.granted == line.balance + line.reserved + line.issued
    assert issued_by_budget(session, now=clock_module.now()) == {
        f"budget={draw.account_key}": 20,
        f"late={draw.account_key}": 20,
    }, "the worker's pass finds the same"


def test_a_budget_says_how_long_it_is_enough_for(
    session: Session,
    tree: dict[str, Area],
    admin: Person,
    resident: Person,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def line() -> BudgetLine:
        return budgets_page(session, [tree["street"].path], None, PageRequest(), now=clock.now()).items[0]

    write(
        grant_budget,
        actor_of(session, admin),
        GrantBudget(area=tree["community"].code, points=1000, memo="x"),
        now=clock.now(),
    )
    assert (line().pace, line().lasts_until) == (None, None), "nothing was used yet"
    reserve(tree["community"], 300)
    clock.forward(days=6)
    credit(resident, 1, task_id=OWN_TASK, points=30)
    assert line().pace is None, "a week is the least"
    clock.forward(days=4)
    assert line().pace == Pace(spent=30, days=10)
    assert line().lasts_until == date(2026, 12, 1) + timedelta(days=970 * 10 // 30), "reserved points are not gone yet"
    assert issued_by_budget(session, now=clock.now())[f"late=budget:{tree['community'].id}"] == 30
    write(put_figures, ISSUED, issued_by_budget(session, now=clock.now()), now=clock.now())
    with monkeypatch.context() as city:
        city.setattr(figures, "SLOW_S", -1.0)
        assert line().pace == Pace(spent=30, days=10), "a city's is the worker's last"
    correct(resident, 1, task_id=OWN_TASK, points=30, points_before=30)
    assert (line().pace, line().lasts_until) == (Pace(spent=0, days=10), None), "all of it was taken back"
    clock.forward(days=19)
    credit(resident, 2, task_id=OWN_TASK, points=20)
    clock.forward(days=9, seconds=1)
    assert line().pace == Pace(spent=20, days=28), "only the last four weeks"
    assert find_budget(session, tree["community"].public_id, now=clock.now()) == line()
    assert find_budget(session, tree["other_street"].public_id, now=clock.now()) is None


@pytest.mark.parametrize(
    ("spent", "days", "held", "per_week", "left"),
    [
        (280, 28, 100, 70, 10),
        (280, 28, 0, 70, -1),  # nothing is left for today
        (3, 7, 100, 3, 233),
        (1, 28, 26, 0, 728),
        (1, 28, 27, 0, None),  # more than two years
        (0, 28, 500, 0, None),
        (10, 28, 29, 3, 81),
        (2, 28, 1, 1, 14),  # half a point a week is told as one
    ],
)
def test_a_pace(spent: int, days: int, held: int, per_week: int, left: int | None) -> None:
    pace = Pace(spent=spent, days=days)
    today = date(2026, 11, 21)
    assert pace.per_week == per_week
    assert pace.lasts_until(held, today) == (today + timedelta(days=left) if left is not None else None)


def test_a_credit_says_why(session: Session, resident: Person) -> None:
    first = credit(resident, 1, points=10, points_mode="per_hour", minutes=95)
    assert (first.points, first.minutes, first.points_balance, first.service_minutes) == (15, 95, 15, 95)
    line = entries_page(session, resident.id, PageRequest()).items[0]
    assert (line.rule, line.rule_version, line.words) == ("*", 1, "参加「红专路夜巡」")
    assert line.steps == ({"key": "per_hour", "rate": 10, "minutes": 95, "result": 15},)
    again = credit(resident, 1, points=10, points_mode="per_hour", minutes=95, task_title="红专路夜间巡逻")
    assert (again.is_repeat, again.points_entry_id, again.points_balance) == (True, first.points_entry_id, 15)


def test_no_points_and_no_minutes_is_no_entry(session: Session, resident: Person) -> None:
    nothing = credit(resident, 1, points=0, minutes=0)
    assert (nothing.points, nothing.points_entry_id, nothing.points_balance) == (0, None, 0)
    hours = credit(resident, 2, points=0, minutes=30)
    assert (hours.points_entry_id, hours.service_minutes) == (None, 30)


def test_a_check_in_s_credit_of_both_books_is_few_statements(session: Session, resident: Person) -> None:
    credit(resident, 1)
    seen: list[str] = []
    connection = session.connection()
    event.listen(connection, "before_cursor_execute", lambda *args: seen.append(args[2]))
    credit(resident, 2)
    real = [statement for statement in seen if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))]
    # The rule (twice), the reference, then all rows: on PostgreSQL one statement of them, on SQLite one each.
    assert len(real) <= (4 if connection.dialect.name == "postgresql" else 8), real


def test_caps_count_the_local_day_and_never_the_same_attendance_twice(
    session: Session, tree: dict[str, Area], admin: Person, resident: Person, clock: Clock
) -> None:
    add_version(session, make_platform_admin(session), "patrol", cap_day=30)
    assert credit(resident, 1).points == 20
    capped = credit(resident, 2)
    assert (capped.points, capped.steps[-1]["key"]) == (10, "cap_category_day")
    again = credit(resident, 2)
    assert (again.points, again.is_repeat, again.points_balance) == (10, True, 30)
    full = credit(resident, 3)
    assert (full.points, full.minutes) == (0, 120)
    assert credit(resident, 4, category="culture").points == 20
    clock.forward(hours=23, minutes=29)  # 23:59 in Shanghai: still today, though UTC began a new day
    assert credit(resident, 5).points == 0
    clock.forward(minutes=2)
    assert credit(resident, 6).points == 20


def test_the_general_caps_bind_all_categories_together(
    session: Session, admin: Person, resident: Person, clock: Clock
) -> None:
    add_version(session, make_platform_admin(session), cap_week=50, cap_activity=25)
    assert [credit(resident, n, category=c).points for n, c in ((1, "patrol"), (2, "culture"), (3, "patrol"))] == [
        20,
        20,
        10,
    ]
    assert credit(resident, 4, points=90).points == 0
    clock.forward(days=2)  # Monday
    assert credit(resident, 5, points=90).points == 25


def test_a_task_keeps_the_version_it_was_published_under(session: Session, admin: Person, resident: Person) -> None:
    promised = current_rule_version(session, "patrol", clock_module.now())
    add_version(session, make_platform_admin(session), "patrol", cap_activity=5)
    assert credit(resident, 1, rule_version_id=promised.id).points == 20
    assert credit(resident, 2).points == 5


def test_a_later_version_waits_for_its_day(session: Session, admin: Person, clock: Clock) -> None:
    add_version(
        session, make_platform_admin(session), "patrol", starts_at=clock.at + timedelta(days=3), band_per_completion=30
    )
    assert band_allows(session, "patrol", 31, "per_completion", clock.at)
    assert not band_allows(session, "patrol", 31, "per_completion", clock.at + timedelta(days=3))
    assert band_allows(session, "culture", 31, "per_completion", clock.at + timedelta(days=3))
    with pytest.raises(VersionInThePast):
        add_version(session, make_platform_admin(session), "patrol", band_per_completion=20)
    with pytest.raises(VersionInThePast):
        add_version(session, make_platform_admin(session), "culture", starts_at=clock.at - timedelta(seconds=1))
    with pytest.raises(Invalid):
        add_version(session, make_platform_admin(session), "nonsense")
    with pytest.raises(Forbidden):
        add_version(session, make_person(session))


def test_points_expire_when_the_rule_says_so(session: Session, admin: Person, resident: Person, clock: Clock) -> None:
    add_version(session, make_platform_admin(session), expires_after_months=36)
    credit(resident, 1)
    from pointsapp.ledger.queries import person_points

    (day, points) = person_points(session, resident.id, now=clock.at).expiring[0]
    assert (points, day.year, day.month) == (20, 2029, 11)


def test_a_correction_moves_both_books_and_comes_from_the_reserve(session: Session, resident: Person) -> None:
    credit(resident, 1, points=10, points_mode="per_hour")
    less = correct(resident, 1, points=10, points_mode="per_hour", minutes=30)
    assert (less.points, less.minutes, less.points_balance, less.service_minutes) == (-15, -90, 5, 30)
    more = correct(resident, 2, points=10, points_mode="per_hour", minutes_before=30, minutes=120, points_before=5)
    assert (more.points, more.minutes, more.points_balance, more.service_minutes) == (15, 90, 20, 120)
    again = correct(resident, 2, points=10, points_mode="per_hour", minutes_before=30, minutes=120, points_before=5)
    assert (again.is_repeat, again.points_balance) == (True, 20)
    assert account_sum(session, accounts.task_reserved(TASK)) == 10_000 - 20


def test_what_was_spent_becomes_a_claim(session: Session, resident: Person, clock: Clock) -> None:
    credit(resident, 1)
    write(
        open_hold,
        reference="v",
        person_id=resident.id,
        amount=15,
        expires_at=clock.at + timedelta(days=7),
        memo="x",
        facts={},
        now=clock.at,
    )
    void = correct(resident, 1)
    assert (void.points, void.claimed, void.points_balance, void.service_minutes) == (-20, 15, 0, 0)
    assert credit(resident, 2).points_balance == 10


def test_a_correction_after_the_close_draws_on_the_same_budget(
    session: Session, tree: dict[str, Area], admin: Person, resident: Person
) -> None:
    grant(session, admin, tree["community"], 60)
    draw = reserve(tree["community"], 20)
    rate = {"task_id": OWN_TASK, "points": 10, "points_mode": "per_hour", "budget_account": draw.account_key}
    credit(resident, 1, **rate, minutes=60)
    write(return_task_rest, task_id=OWN_TASK, budget_account=draw.account_key, reference="rest", now=clock_module.now())
    closed = {**rate, "task_is_closed": True, "minutes_before": 60, "points_before": 10}
    assert correct(resident, 1, **closed, minutes=120).points == 10
    assert account_balance(session, draw.account_key or "") == 40
    reserve(tree["community"], 40, 99)
    with pytest.raises(InsufficientBudget):
        correct(resident, 2, **{**closed, "minutes_before": 120, "points_before": 20}, minutes=180)
    assert person_balance(session, resident.id) == 20
