"""What the first page, one's own page and the hours book are made of."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from pointsapp.checkin.models import Attendance, AttendanceState, Way
from pointsapp.core import clock, policy
from pointsapp.core.paging import PageRequest
from pointsapp.home import queries
from pointsapp.home.policies import LEVEL_POINTS
from pointsapp.ledger import accounts
from pointsapp.ledger.services import EntryDraft, PostingDraft, post
from pointsapp.people.models import Person
from pointsapp.tasks.models import ShiftState, SignupState, TaskState
from tests.conftest import Clock
from tests.factories import actor_of, make_person, make_shift, make_signup, make_task, make_tree


def give(session: Session, person: Person, *, points: int = 0, minutes: int = 0, at=None, ends=None) -> None:
    """Post what a credit posts, from a budget that is filled for it."""
    moment = at or clock.now()
    name = f"{person.id}:{points}:{minutes}:{moment.isoformat()}"
    postings = []
    if points:
        fund = (PostingDraft(source=accounts.ISSUANCE, destination=accounts.budget(1), amount=points),)
        post(
            session, EntryDraft(reference=f"g:{name}", kind="grant", postings=fund, memo="rewards.granted"), now=moment
        )
        postings.append(
            PostingDraft(source=accounts.budget(1), destination=accounts.person_available(person.id), amount=points)
        )
    if minutes:
        postings.append(
            PostingDraft(source=accounts.SERVICE, destination=accounts.person_minutes(person.id), amount=minutes)
        )
    draft = EntryDraft(
        reference=f"c:{name}",
        kind="credit",
        postings=tuple(postings),
        memo="rewards.attendance",
        person_id=person.id,
        lot_expires_at=ends,
    )
    post(session, draft, now=moment)
    session.commit()


def titles(page: queries.FrontPage) -> list[str]:
    return [task.title for task in page.tasks]


def test_a_guest_sees_tasks_and_no_books(session: Session) -> None:
    tree = make_tree(session)
    make_shift(session, make_task(session, tree["community"], title="夜巡"))
    page = queries.front_page(session, None, now=clock.now())
    assert titles(page) == ["夜巡"]
    assert (page.points, page.level, page.community, page.today.mine) == (None, None, None, None)


def test_the_own_community_comes_first_then_the_own_street(session: Session) -> None:
    tree = make_tree(session)
    for area, hours in (("other_street", 1), ("other", 2), ("grid", 3), ("community", 4)):
        shift_start = clock.now() + timedelta(hours=hours)
        make_shift(session, make_task(session, tree[area], title=area), starts_at=shift_start)
    person = make_person(session, tree["grid"])
    page = queries.front_page(session, actor_of(session, person), now=clock.now())
    assert titles(page) == ["grid", "community", "other"]
    assert page.today.open is not None
    assert page.today.open.title == "other_street"  # the soonest is what today's line is about


def test_a_place_kept_for_an_answer_comes_before_what_one_has(session: Session) -> None:
    tree = make_tree(session)
    person = make_person(session, tree["community"])
    for title, hours, state in (("正在办", 0, SignupState.CONFIRMED), ("给留着", 20, SignupState.OFFERED)):
        start = clock.now() + timedelta(hours=hours)
        shift = make_shift(session, make_task(session, tree["community"], title=title), starts_at=start)
        make_signup(session, shift, person, state, offer_expires_at=clock.now() + timedelta(hours=2))
    page = queries.front_page(session, actor_of(session, person), now=clock.now())
    assert page.today.mine is not None
    assert page.today.mine.title == "给留着"


def test_only_what_one_could_take_now_is_near(session: Session, clock: Clock) -> None:
    tree = make_tree(session)
    person = make_person(session, tree["community"])
    here, now = tree["community"], clock.now()
    make_shift(session, make_task(session, here, title="草稿", state=TaskState.DRAFT))
    make_shift(session, make_task(session, here, title="未开抢", signup_opens_at=now + timedelta(hours=1)))
    make_shift(session, make_task(session, here, title="停了"), state=ShiftState.STOPPED)
    make_shift(session, make_task(session, here, title="满了"), capacity=1, taken=1)
    make_shift(session, make_task(session, here, title="开始了"), starts_at=now - timedelta(minutes=5))
    mine = make_task(session, here, title="我报了")
    make_signup(session, make_shift(session, mine), person)
    make_shift(session, mine, starts_at=now + timedelta(hours=9))
    gone = make_shift(session, make_task(session, here, title="退了"))
    make_signup(session, gone, person, SignupState.CANCELLED)
    page = queries.front_page(session, actor_of(session, person), now=now)
    assert titles(page) == ["退了"]
    assert page.today.mine is not None
    assert page.today.mine.title == "我报了"


def test_one_task_with_many_shifts_is_one_card(session: Session) -> None:
    tree = make_tree(session)
    task = make_task(session, tree["community"])
    first = make_shift(session, task)
    make_shift(session, task, starts_at=clock.now() + timedelta(hours=5))
    assert [card.shift for card in queries.front_page(session, None, now=clock.now()).tasks] == [first.public_id]


def test_the_books_and_the_level(session: Session) -> None:
    person = make_person(session, make_tree(session)["community"])
    give(session, person, points=120, minutes=90)
    page = queries.front_page(session, actor_of(session, person), now=clock.now())
    assert page.points is not None
    assert (page.points.balance, page.points.service_minutes) == (120, 90)
    assert page.level is not None
    assert (page.level.number, page.level.to_next) == (2, 380)
    policy.set_value(session, LEVEL_POINTS, [50, 60, 70], now=clock.now())
    again = queries.my_page(session, person.id, now=clock.now())
    assert (again.level.number, again.level_steps) == (4, (50, 60, 70))


def test_points_that_lapse_are_said_only_when_it_is_soon(session: Session) -> None:
    person = make_person(session, make_tree(session)["community"])
    give(session, person, points=5, ends=clock.now() + timedelta(days=60))
    assert queries.front_page(session, actor_of(session, person), now=clock.now()).lapsing is None
    soon = clock.now() + timedelta(days=9)
    give(session, person, points=7, ends=soon)
    page = queries.front_page(session, actor_of(session, person), now=clock.now())
    assert page.lapsing == (clock.local_day(soon), 7)


def test_the_community_is_a_sum_of_its_people(session: Session) -> None:
    tree = make_tree(session)
    here, in_grid = make_person(session, tree["community"]), make_person(session, tree["grid"])
    stranger = make_person(session, tree["other"])
    for person in (here, in_grid, stranger):
        give(session, person, minutes=60)
    give(session, here, minutes=30, at=clock.now() - timedelta(days=30))
    give(session, here, minutes=999, at=clock.now() - timedelta(days=75))
    community = queries.front_page(session, actor_of(session, in_grid), now=clock.now()).community
    assert community == queries.Community(name="军区社区", minutes=120, people=2, minutes_last_month=30)


def test_somebody_without_a_community_has_no_bar(session: Session) -> None:
    make_tree(session)
    person = make_person(session)
    assert queries.front_page(session, actor_of(session, person), now=clock.now()).community is None


def attend(session: Session, person: Person, shift, minutes: int, state=AttendanceState.CREDITED) -> None:
    signup = make_signup(session, shift, person)
    session.add(
        Attendance(
            signup_id=signup.id,
            shift_id=shift.id,
            person_id=person.id,
            state=state,
            checked_in_at=shift.starts_at,
            from_at=shift.starts_at,
            to_at=shift.ends_at,
            minutes=minutes,
            way=Way.VENUE_CODE,
        )
    )
    session.commit()


def test_the_hours_book_sums_by_month_and_lists_by_shift(session: Session, clock: Clock) -> None:
    tree = make_tree(session)
    person, other = make_person(session), make_person(session)
    task = make_task(session, tree["community"], title="夜巡")
    shifts = [make_shift(session, task) for _ in range(3)]
    attend(session, person, shifts[0], 60)
    attend(session, person, shifts[1], 45, AttendanceState.PROVISIONAL)
    attend(session, other, shifts[2], 600)
    give(session, person, minutes=60)
    give(session, person, minutes=15, at=clock.now() - timedelta(days=40))
    page = queries.hours_page(session, person.id, PageRequest(limit=1), now=clock.now())
    assert (page.total, page.this_year, page.times) == (75, 75, 1)
    assert [minutes for _month, minutes in page.months] == [0, 0, 0, 0, 15, 60]
    assert [(line.minutes, line.state) for line in page.lines.items] == [(45, AttendanceState.PROVISIONAL)]
    assert page.lines.next_cursor is not None


def test_my_page_counts_what_waits(session: Session) -> None:
    tree = make_tree(session)
    person = make_person(session, tree["community"])
    task = make_task(session, tree["community"])
    make_signup(session, make_shift(session, task), person)
    led = make_shift(session, task, leaders=(person,))
    page = queries.my_page(session, person.id, now=clock.now())
    assert (page.tasks_ahead, page.open_vouchers, page.unread) == (1, 0, 0)
    assert [shift.id for shift in page.led] == [led.id]
