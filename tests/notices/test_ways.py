"""A notice on its way out of the house: to whom, when, how often, and what becomes of it; an address is proved first."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core.errors import NotFound
from pointsapp.core.figures import all_figures
from pointsapp.core.transaction import write
from pointsapp.notices import queries, services
from pointsapp.notices.channels import ComeAgain, NobodyThere, NotTaken, Parcel
from pointsapp.notices.errors import AddressProved, ChannelOff, CodeWrong, TooManyAddresses, TooManyCodes
from pointsapp.notices.models import Address, ChannelName, Notice, Sending, SendingState
from pointsapp.notices.rules import DEFAULT_WANTS, code_of
from pointsapp.notices.sender import send_due
from pointsapp.notices.services import AddAddress, AddPush, Choose, ConfirmAddress
from pointsapp.people.models import Person
from tests.conftest import Clock
from tests.factories import actor_of, make_area, make_person, make_shift, make_task
from tests.notices.test_services import tell

READY = frozenset({"push", "mail", "sms"})
SECRET = "a-secret-for-tests-only-0123456789"
CANCELLED = "tasks.cancelled_for_person"


class Post:
    """All channels in one: takes parcels, or raises what stands next in `troubles`."""

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []
        self.troubles: list[Exception | None] = []
        self.tried = 0

    def send(self, parcel: Parcel) -> None:
        self.tried += 1
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is not None:
            raise trouble
        self.parcels.append(parcel)


@pytest.fixture
def post(app: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    """By day, with every way open."""
    clock.forward(hours=10)
    office = Post()
    monkeypatch.setattr("pointsapp.notices.sender.open_channels", lambda _settings: dict.fromkeys(READY, office))
    with app.app_context():
        yield office


def proved(
    session: Session, person: Person, clock: Clock, channel: str = "mail", address: str = "a@example.org"
) -> str:
    me = actor_of(session, person)
    command = AddAddress(channel=ChannelName(channel), address=address)
    made = write(services.add_address, me, command, ready=READY, now=clock.at).public_id
    confirm = ConfirmAddress(address=made, code=code_of(SECRET, made, clock.at))
    write(services.confirm_address, me, confirm, secret=SECRET, now=clock.at)
    for row in session.scalars(select(Sending).where(Sending.notice_id.is_(None))):
        session.delete(row)
    session.commit()
    return made


def states(session: Session) -> list[tuple[str, int, str]]:
    session.rollback()
    return [(row.state.value, row.tries, row.reason) for row in session.scalars(select(Sending).order_by(Sending.id))]


def allow_urgent(session: Session, person: Person, clock: Clock) -> None:
    choice = Choose(wants=DEFAULT_WANTS, quiet_from=1260, quiet_until=480, urgent_passes=True)
    write(services.choose, actor_of(session, person), choice, now=clock.at)


# --- an address is proved


def test_only_the_code_goes_to_an_address_that_is_not_proved(session: Session, clock: Clock, post: Post) -> None:
    person = make_person(session)
    me = actor_of(session, person)
    command = AddAddress(channel=ChannelName.SMS, address="13800000000")
    made = write(services.add_address, me, command, ready=READY, now=clock.at)
    tell(session, person, CANCELLED, title="夜巡")
    assert send_due(clock.at) == 1
    (letter,) = post.parcels
    code = re.search(r"[0-9]{6}", letter.title)
    assert code
    assert letter.address == "13800000000"
    assert letter.path == f"/me/notices/addresses/{made.public_id}"
    assert [line.is_verified for line in queries.addresses_of(session, person.id)] == [False]
    confirm = ConfirmAddress(address=made.public_id, code=code[0])
    write(services.confirm_address, me, confirm, secret=SECRET, now=clock.at)
    tell(session, person, CANCELLED, title="夜巡")
    assert send_due(clock.at) == 1
    assert post.parcels[-1].title == "任务取消了"


def test_a_code_stands_five_guesses_and_half_an_hour(session: Session, clock: Clock, post: Post) -> None:
    me = actor_of(session, make_person(session))
    command = AddAddress(channel=ChannelName.MAIL, address="a@example.org")
    made = write(services.add_address, me, command, ready=READY, now=clock.at).public_id
    right = code_of(SECRET, made, clock.at)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    lefts = []
    for _ in range(6):
        with pytest.raises(CodeWrong) as caught:
            write(services.confirm_address, me, ConfirmAddress(address=made, code=wrong), secret=SECRET, now=clock.at)
        lefts.append(caught.value.facts["left"])
    assert lefts == [4, 3, 2, 1, 0, 0]
    with pytest.raises(CodeWrong):  # also the right one
        write(services.confirm_address, me, ConfirmAddress(address=made, code=right), secret=SECRET, now=clock.at)
    clock.forward(minutes=2)
    write(services.send_code, me, made, ready=READY, now=clock.at)
    late = ConfirmAddress(address=made, code=code_of(SECRET, made, clock.at))
    with pytest.raises(CodeWrong):
        write(services.confirm_address, me, late, secret=SECRET, now=clock.at + timedelta(minutes=31))
    write(services.confirm_address, me, late, secret=SECRET, now=clock.at + timedelta(minutes=29))
    assert write(services.confirm_address, me, late, secret=SECRET, now=clock.at).is_repeat
    with pytest.raises(AddressProved):
        write(services.send_code, me, made, ready=READY, now=clock.at)


def test_a_strangers_phone_is_not_rung_all_day(session: Session, clock: Clock, post: Post) -> None:
    people = [actor_of(session, make_person(session)) for _ in range(8)]
    command = AddAddress(channel=ChannelName.SMS, address="13800000000")
    for me in people[:6]:
        write(services.add_address, me, command, ready=READY, now=clock.at)
    with pytest.raises(TooManyCodes):
        write(services.add_address, people[6], command, ready=READY, now=clock.at)
    # Adding and removing does not start the count again.
    me = people[0]
    for _ in range(2):
        made = queries.addresses_of(session, me.person_id)
        for line in made:
            write(services.remove_address, me, line.public_id, now=clock.at)
        clock.forward(minutes=2)
        with pytest.raises(TooManyCodes):
            write(services.add_address, me, command, ready=READY, now=clock.at)
    clock.forward(days=1, minutes=5)
    write(services.add_address, me, command, ready=READY, now=clock.at)


def test_addresses_have_an_end_and_an_owner(session: Session, clock: Clock, post: Post) -> None:
    me, other = actor_of(session, make_person(session)), actor_of(session, make_person(session))
    for number in range(6):
        push = AddPush(endpoint=f"https://p.example/{number}", p256dh="k", auth="a", label="Chrome")
        write(services.add_push, me, push, ready=READY, now=clock.at)
    command = AddAddress(channel=ChannelName.MAIL, address="a@example.org")
    with pytest.raises(TooManyAddresses):
        write(services.add_address, me, command, ready=READY, now=clock.at)
    mine = queries.addresses_of(session, me.person_id)[0].public_id
    for act in (
        lambda: write(services.remove_address, other, mine, now=clock.at),
        lambda: write(services.send_code, other, mine, ready=READY, now=clock.at),
        lambda: queries.own_address(session, other.person_id, mine),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(ChannelOff):
        write(services.add_address, other, command, ready={"push"}, now=clock.at)


def test_a_browser_tells_only_who_used_it_last(session: Session, clock: Clock, post: Post) -> None:
    first, second = make_person(session), make_person(session)
    push = AddPush(endpoint="https://p.example/1", p256dh="k", auth="a", label="Chrome")
    for person in (first, second):
        write(services.add_push, actor_of(session, person), push, ready=READY, now=clock.at)
    tell(session, first, CANCELLED, title="第一位的")
    tell(session, second, CANCELLED, title="第二位的")
    send_due(clock.at)
    assert ["第二位的" in parcel.text for parcel in post.parcels] == [True]


# --- what goes where, and when


def test_it_goes_once_to_each_place_where_it_is_wanted(session: Session, clock: Clock, post: Post) -> None:
    person = make_person(session, locale="en")
    proved(session, person, clock, "mail", "a@example.org")
    proved(session, person, clock, "sms", "13800000000")
    tell(session, person, CANCELLED, title="Night walk")
    tell(session, person, "people.verified")  # account: by mail, not by SMS
    send_due(clock.at)
    assert send_due(clock.at) == 0
    assert sorted(parcel.address for parcel in post.parcels) == ["13800000000", "a@example.org", "a@example.org"]
    assert all("Night walk" in parcel.text for parcel in post.parcels[:2])
    assert "任务" not in post.parcels[0].title  # in their language
    assert {state for state, _, _ in states(session)} == {"done"}


def test_ones_own_act_goes_nowhere(session: Session, clock: Clock, post: Post) -> None:
    person = make_person(session)
    proved(session, person, clock)
    tell(session, person, "people.phone_given", actor_id=person.id)
    assert send_due(clock.at) == 0
    assert states(session) == []


def test_what_was_read_in_the_house_is_not_sent(session: Session, clock: Clock, post: Post) -> None:
    person = make_person(session)
    proved(session, person, clock)
    tell(session, person, CANCELLED, title="夜巡")
    newest = session.scalars(select(Notice.public_id)).one()
    write(services.read_one, actor_of(session, person), newest, now=clock.at)
    assert send_due(clock.at) == 0
    assert states(session) == [("void", 0, "read")]


def test_a_removed_address_gets_nothing_more(session: Session, clock: Clock, post: Post) -> None:
    person = make_person(session)
    made = proved(session, person, clock)
    tell(session, person, CANCELLED, title="夜巡")
    write(services.remove_address, actor_of(session, person), made, now=clock.at)
    assert send_due(clock.at) == 0
    assert states(session) == [("void", 0, "address_gone")]
    assert queries.addresses_of(session, person.id) == ()
    clock.forward(days=2)
    write(services.forget_old_sendings, now=clock.at)
    assert session.scalars(select(Address)).all() == []


def test_at_night_it_waits_until_the_morning(session: Session, clock: Clock, post: Post) -> None:
    person = make_person(session)
    proved(session, person, clock)
    clock.forward(hours=13)  # 23:30
    tell(session, person, CANCELLED, title="夜巡")
    assert send_due(clock.at) == 0
    clock.forward(hours=8)
    assert send_due(clock.at) == 0  # 07:30
    clock.forward(minutes=31)
    assert send_due(clock.at) == 1


@pytest.mark.parametrize(("hours", "is_allowed", "is_sent"), [(3, True, True), (3, False, False), (9, True, False)])
def test_what_begins_soon_passes_the_night_only_if_allowed(
    session: Session, clock: Clock, post: Post, hours: int, is_allowed: bool, is_sent: bool
) -> None:
    area = make_area(session)
    person = make_person(session, area)
    proved(session, person, clock)
    if is_allowed:
        allow_urgent(session, person, clock)
    clock.forward(hours=13)
    task = make_task(session, area)
    make_shift(session, task, starts_at=clock.at + timedelta(hours=hours))
    tell(session, person, CANCELLED, task_id=task.id)
    tell(session, person, "people.verified")
    send_due(clock.at)
    assert [parcel.is_urgent for parcel in post.parcels] == ([True] if is_sent else [])


def test_a_code_comes_at_night_too(session: Session, clock: Clock, post: Post) -> None:
    clock.forward(hours=14)
    me = actor_of(session, make_person(session))
    command = AddAddress(channel=ChannelName.MAIL, address="a@example.org")
    write(services.add_address, me, command, ready=READY, now=clock.at)
    assert send_due(clock.at) == 1


# --- when it does not go well


def test_it_is_tried_later_and_later_and_then_given_up(session: Session, clock: Clock, post: Post) -> None:
    person = make_person(session)
    proved(session, person, clock)
    never_quiet = Choose(wants=DEFAULT_WANTS, quiet_from=0, quiet_until=0, urgent_passes=False)
    write(services.choose, actor_of(session, person), never_quiet, now=clock.at)
    tell(session, person, CANCELLED, title="夜巡")
    post.troubles = [ComeAgain("push_503") for _ in range(9)]
    for tries, wait in enumerate((60, 300, 1800, 7200, 21600), start=1):
        assert send_due(clock.at) == 1
        assert states(session) == [("waiting", tries, "push_503")]
        assert send_due(clock.at + timedelta(seconds=wait - 1)) == 0
        clock.forward(seconds=wait)
    assert send_due(clock.at) == 1
    assert states(session) == [("lapsed", 6, "push_503")]
    clock.forward(hours=12)
    assert send_due(clock.at) == 0
    assert post.parcels == []


def test_an_address_that_is_gone_is_not_tried_again(session: Session, clock: Clock, post: Post) -> None:
    person = make_person(session)
    proved(session, person, clock)
    tell(session, person, CANCELLED, title="一")
    post.troubles = [NobodyThere("browser_gone")]
    send_due(clock.at)
    assert states(session) == [("void", 1, "browser_gone")]
    assert [line.has_ended for line in queries.addresses_of(session, person.id)] == [True]
    tell(session, person, CANCELLED, title="二")
    assert send_due(clock.at) == 0
    # Wanted again it is proved again.
    me = actor_of(session, person)
    clock.forward(minutes=2)
    command = AddAddress(channel=ChannelName.MAIL, address="a@example.org")
    write(services.add_address, me, command, ready=READY, now=clock.at)
    assert [line.is_verified for line in queries.addresses_of(session, person.id)] == [False]


def test_a_message_refused_for_good_is_given_up_at_once(session: Session, clock: Clock, post: Post) -> None:
    person = make_person(session)
    proved(session, person, clock)
    tell(session, person, CANCELLED, title="一")
    post.troubles = [NotTaken("gateway_400")]
    send_due(clock.at)
    assert states(session) == [("lapsed", 1, "gateway_400")]


def test_a_server_that_is_away_is_asked_once_a_round(session: Session, clock: Clock, post: Post) -> None:
    for number in range(3):
        person = make_person(session)
        proved(session, person, clock, "mail", f"a{number}@example.org")
        tell(session, person, CANCELLED, title="一")
    post.troubles = [ComeAgain("no_mail_server", whole=True)]
    assert send_due(clock.at) == 3
    assert post.tried == 1
    assert {state for state, _, _ in states(session)} == {"waiting"}


def test_who_dies_in_between_is_followed_by_another_under_the_same_key(
    session: Session, clock: Clock, post: Post
) -> None:
    person = make_person(session)
    proved(session, person, clock)
    tell(session, person, CANCELLED, title="夜巡")
    (lost,) = write(services.claim, channels=READY, now=clock.at)
    assert send_due(clock.at + timedelta(minutes=9)) == 0
    later = clock.forward(minutes=11)
    (again,) = write(services.claim, channels=READY, now=later)
    assert again.key == lost.key
    # The first one was only slow: its word no longer counts.
    late = services.Outcome(duty=lost, state=SendingState.LAPSED, reason="x")
    assert write(services.settle, [late], now=later) == 0
    assert write(services.settle, [services.Outcome(duty=again, state=SendingState.DONE)], now=later) == 1
    assert states(session) == [("done", 2, "")]


def test_news_of_the_day_before_yesterday_is_no_news(session: Session, clock: Clock, post: Post) -> None:
    person = make_person(session)
    proved(session, person, clock)
    tell(session, person, CANCELLED, title="夜巡")
    clock.forward(hours=49)
    assert send_due(clock.at) == 0
    assert states(session) == [("lapsed", 0, "too_old")]


def test_nobody_is_named_in_the_log_and_the_figures_show_it(
    session: Session, clock: Clock, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    person = make_person(session, name="欧阳秀珍")
    proved(session, person, clock, "sms", "13987654321")
    tell(session, person, CANCELLED, title="夜巡")
    post.troubles = [RuntimeError("13987654321 欧阳秀珍")]
    with caplog.at_level(logging.INFO):
        send_due(clock.at)
        clock.forward(minutes=2)
        send_due(clock.at)
    told = "".join(f"{record.getMessage()} {record.__dict__} {record.exc_text}" for record in caplog.records)
    assert "sms:bug_RuntimeError" in told
    assert "13987654321" not in told
    assert "欧阳" not in told
    found = {row.labels: row.value for row in all_figures(session) if row.name == "pointsapp_notice_sendings"}
    assert found == {
        (("channel", "sms"), ("state", "done")): 1.0,
        (("channel", "sms"), ("state", "retry")): 1.0,
    }


def test_without_settings_nothing_is_claimed(session: Session, clock: Clock, app: Flask) -> None:
    clock.forward(hours=10)
    person = make_person(session)
    proved(session, person, clock)
    tell(session, person, CANCELLED, title="夜巡")
    with app.app_context():
        assert send_due(clock.at) == 0
    assert states(session) == [("waiting", 0, "")]


def test_a_way_that_was_switched_off_leaves_its_rows_alone(session: Session, clock: Clock, post: Post) -> None:
    person = make_person(session)
    proved(session, person, clock, "sms", "13800000000")
    tell(session, person, CANCELLED, title="夜巡")
    assert write(services.claim, channels={"mail"}, now=clock.at) == ()
    assert states(session) == [("waiting", 0, "")]


def test_the_settings_must_be_whole() -> None:
    from pointsapp.config import BadSetting, Settings, check

    for half in (
        {"vapid_public_key": "x"},
        {"smtp_url": "http://x"},
        {"smtp_url": "smtp://x"},
        {"sms_url": "x"},
        {"vapid_public_key": "x", "vapid_private_key": "y", "vapid_contact": "me"},
    ):
        with pytest.raises(BadSetting):
            check(replace(Settings(), **half))  # type: ignore[arg-type]
