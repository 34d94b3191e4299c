"""Feedback from saying it to closing it: who answers, by when, and where it goes when that fails."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from pointsapp.core import clock as time
from pointsapp.core.actor import Role
from pointsapp.core.errors import Conflict, Forbidden
from pointsapp.core.events import IS_ACT, Event
from pointsapp.core.paging import PageRequest
from pointsapp.core.policy import set_value
from pointsapp.core.transaction import write
from pointsapp.feedback.errors import (
    AnswerIsOld,
    FeedbackUnknown,
    GuestsTooMany,
    NotYourFeedback,
    PlaceMissing,
    TooMuchAtOnce,
)
from pointsapp.feedback.models import FeedbackKind, FeedbackState, StepKind
from pointsapp.feedback.policies import CLIMBED_DAYS, GUESTS_PER_HOUR, MOST_PER_DAY
from pointsapp.feedback.queries import feedback_counts, feedback_page, steps_of
from pointsapp.feedback.services import (
    Verdict,
    answer_feedback,
    climb_overdue,
    close_answered,
    give_verdict,
    hand_on,
    open_timeline,
    say_feedback,
    secret_hash,
    take_feedback,
    withdraw_feedback,
)
from pointsapp.notices.models import Notice
from pointsapp.worker import deliver_events
from tests.conftest import Clock
from tests.factories import make_person, make_staff
from tests.feedback.things import Street, opinion


def _kinds(street: Street, number: str) -> list[StepKind]:
    return [step.kind for step in steps_of(street.session, street.row(number).id)]


def _answer(street: Street, number: str, words: str = "查过了，已经补上。") -> None:
    write(answer_feedback, street.actor(street.staff), number, words, now=time.now())


def _told(session: Session, kind: str) -> list[int | None]:
    return list(session.scalars(select(Event.person_id).where(Event.kind == kind).order_by(Event.id)))


def test_it_goes_to_the_persons_community_with_a_name_and_a_day(street: Street) -> None:
    row = street.row(street.say())
    assert row.area_path == street.areas["community"].path
    assert row.handler_id == street.staff.id
    # Said on Saturday 21 November: five working days later is Friday the 27th, to its end.
    assert time.to_local(row.due_at).isoformat() == "2026-11-28T00:00:00+08:00"
    assert _told(street.session, "feedback.assigned") == [street.staff.id]


def test_what_somebody_says_for_themself_is_no_act_upon_the_office(street: Street) -> None:
    """The audit log shows what staff did; who complains is named there by nobody."""
    street.say()
    assert street.session.scalars(select(Event).where(IS_ACT, Event.kind.like("feedback.%"))).all() == []
    assert street.session.scalars(select(Event).where(Event.kind == "feedback.assigned")).one().actor_id is None


def test_what_is_said_about_staff_begins_at_the_street(street: Street) -> None:
    assert street.row(street.say(kind=FeedbackKind.CONDUCT)).handler_id == street.office.id


def test_staffs_own_feedback_is_answered_by_a_colleague(street: Street) -> None:
    number = street.say(street.staff)
    assert street.row(number).handler_id == street.office.id
    with pytest.raises(NotYourFeedback):
        write(answer_feedback, street.actor(street.staff), number, "我自己答复", now=time.now())


def test_a_guest_follows_by_number_and_secret(street: Street) -> None:
    said = street.guest_says()
    row = street.row(said.number)
    assert row.person_id is None
    assert row.secret_hash == secret_hash(said.number, said.secret)
    assert said.secret not in repr(said)
    _answer(street, said.number)
    with pytest.raises(FeedbackUnknown):
        write(give_verdict, None, Verdict(number=said.number, is_satisfied=True), "wrong", now=time.now())
    with pytest.raises(FeedbackUnknown):
        write(
            give_verdict,
            street.actor(street.resident),
            Verdict(number=said.number, is_satisfied=True),
            None,
            now=time.now(),
        )
    write(give_verdict, None, Verdict(number=said.number, is_satisfied=True), row.secret_hash, now=time.now())
    assert street.row(said.number).state is FeedbackState.CLOSED


def test_a_guest_names_a_place(street: Street) -> None:
    with pytest.raises(PlaceMissing):
        write(say_feedback, None, opinion(), now=time.now())


def test_guests_together_are_heard_so_often_an_hour(street: Street, clock: Clock) -> None:
    set_value(street.session, GUESTS_PER_HOUR, 2, now=time.now())
    street.session.commit()
    street.guest_says()
    street.guest_says()
    with pytest.raises(GuestsTooMany):
        street.guest_says()
    street.say()  # who signed in is not their crowd
    clock.forward(minutes=61)
    street.guest_says()


def test_one_person_is_heard_so_often_a_day(street: Street, clock: Clock) -> None:
    set_value(street.session, MOST_PER_DAY, 1, now=time.now())
    street.session.commit()
    street.say()
    with pytest.raises(TooMuchAtOnce) as refused:
        street.say()
    assert refused.value.facts == {"most": 1, "retry_after": 84_600}  # half past midnight: until the next
    clock.forward(hours=24)
    street.say()


def test_an_answer_that_is_enough_closes_it(street: Street) -> None:
    number = street.say()
    _answer(street, number)
    write(give_verdict, street.actor(street.resident), Verdict(number=number, is_satisfied=True), None, now=time.now())
    row = street.row(number)
    assert (row.state, row.is_satisfied) == (FeedbackState.CLOSED, True)
    assert _told(street.session, "feedback.answered") == [street.resident.id]


def test_not_satisfied_climbs_to_the_parent_area_and_ends_at_the_root(street: Street) -> None:
    number, resident = street.say(), street.actor(street.resident)
    wanting = Verdict(number=number, is_satisfied=False, text="还是没到")
    for answers, above in ((street.staff, street.office), (street.office, street.admin)):
        write(answer_feedback, street.actor(answers), number, "查过了，没有问题。", now=time.now())
        write(give_verdict, resident, wanting, None, now=time.now())
        row = street.row(number)
        assert (row.state, row.handler_id) == (FeedbackState.OPEN, above.id)
    assert row.climbs == 2
    assert row.area_path == street.areas["district"].path
    write(answer_feedback, street.actor(street.admin), number, "区里也查过了。", now=time.now())
    write(give_verdict, resident, wanting, None, now=time.now())
    row = street.row(number)
    assert (row.state, row.is_satisfied) == (FeedbackState.CLOSED, False)
    assert _told(street.session, "feedback.climbed") == [street.resident.id] * 2


def test_overdue_climbs_by_itself_with_a_new_day_and_stays_in_sight_at_the_root(street: Street, clock: Clock) -> None:
    number = street.say()
    clock.at = street.row(number).due_at - timedelta(seconds=1)
    assert write(climb_overdue, now=time.now()) == 0
    for handler in (street.office, street.admin):
        clock.at = street.row(number).due_at
        assert write(climb_overdue, now=time.now()) == 1
        row = street.row(number)
        assert row.handler_id == handler.id
        assert row.due_at > clock.at
    clock.at = row.due_at
    assert write(climb_overdue, now=time.now()) == 1
    assert write(climb_overdue, now=time.now()) == 0
    row = street.row(number)
    assert row.is_overdue
    assert feedback_counts(street.session, street.actor(street.admin), now=time.now()).overdue == 1
    assert _kinds(street, number) == [StepKind.RECEIVED, *[StepKind.OVERDUE] * 3]


def test_working_days_are_counted_not_days(street: Street, clock: Clock) -> None:
    set_value(street.session, CLIMBED_DAYS, 1, now=time.now())
    street.session.commit()
    number = street.say()
    clock.at = street.row(number).due_at  # the first moment of Saturday
    write(climb_overdue, now=time.now())
    assert time.to_local(street.row(number).due_at).isoformat() == "2026-12-01T00:00:00+08:00"  # the end of Monday


def test_an_answer_in_time_keeps_it_from_climbing(street: Street, clock: Clock) -> None:
    number = street.say()
    _answer(street, number)
    clock.at = street.row(number).due_at
    assert write(climb_overdue, now=time.now()) == 0


def test_an_answer_nobody_found_wanting_closes_after_its_days(street: Street, clock: Clock) -> None:
    number = street.say()
    _answer(street, number)
    clock.forward(days=15)
    assert write(close_answered, now=time.now()) == 0
    clock.forward(seconds=1)
    with pytest.raises(AnswerIsOld):
        write(
            give_verdict,
            street.actor(street.resident),
            Verdict(number=number, is_satisfied=False, text="不行"),
            None,
            now=time.now(),
        )
    assert write(close_answered, now=time.now()) == 1
    assert street.row(number).is_satisfied is None
    assert _kinds(street, number)[-1] is StepKind.LAPSED


def test_repeats_change_nothing(street: Street) -> None:
    number, staff, resident = street.say(), street.actor(street.staff), street.actor(street.resident)
    assert write(take_feedback, staff, number, now=time.now()).is_repeat
    _answer(street, number)
    assert write(answer_feedback, staff, number, "查过了，已经补上。", now=time.now()).is_repeat
    with pytest.raises(Conflict):
        write(answer_feedback, staff, number, "又想了想，改个说法。", now=time.now())
    verdict = Verdict(number=number, is_satisfied=True)
    write(give_verdict, resident, verdict, None, now=time.now())
    assert write(give_verdict, resident, verdict, None, now=time.now()).is_repeat
    assert len(_kinds(street, number)) == 3


def test_an_office_elsewhere_does_not_learn_of_it(street: Street) -> None:
    stranger = make_staff(street.session, street.areas["other_street"])
    number = street.say()
    for act in (take_feedback, lambda s, a, n, *, now: answer_feedback(s, a, n, "我来答复", now=now)):
        with pytest.raises(FeedbackUnknown):
            write(act, street.actor(stranger), number, now=time.now())
    with pytest.raises(Forbidden):
        write(
            take_feedback, street.actor(make_person(street.session, street.areas["community"])), number, now=time.now()
        )
    page = feedback_page(street.session, street.actor(stranger), PageRequest(), view="open", now=time.now())
    assert page.items == ()


def test_handing_on_goes_to_an_office_of_ones_remit_and_keeps_the_day(street: Street) -> None:
    colleague = make_staff(street.session, street.areas["other"])
    number = street.say(kind=FeedbackKind.CONDUCT)
    due_at = street.row(number).due_at
    with pytest.raises(FeedbackUnknown):  # it stands at the street, above the community's staff
        write(hand_on, street.actor(street.staff), number, street.areas["other"].code, "归那边", now=time.now())
    office = street.actor(street.office)
    write(hand_on, office, number, street.areas["other"].code, "事情出在那里", now=time.now())
    row = street.row(number)
    assert (row.handler_id, row.due_at) == (colleague.id, due_at)
    elsewhere = make_staff(street.session, street.areas["other_street"])
    with pytest.raises(Forbidden):
        write(hand_on, office, number, street.areas["other_street"].code, "推出去", now=time.now())
    assert elsewhere.id != street.row(number).handler_id


def test_records_are_opened_with_a_reason_and_the_person_is_told(street: Street) -> None:
    number = street.say()
    write(open_timeline, street.actor(street.staff), number, "核对昨晚的签到", now=time.now())
    step = steps_of(street.session, street.row(number).id)[-1]
    assert (step.kind, step.text, step.by_id) == (StepKind.LOOKED, "核对昨晚的签到", street.staff.id)
    assert _told(street.session, "feedback.timeline_opened") == [street.resident.id]
    guest = street.guest_says()
    with pytest.raises(Conflict):  # nobody's records stand behind a guest
        write(open_timeline, street.actor(street.staff), guest.number, "看一看", now=time.now())


def test_it_can_be_taken_back_until_it_is_answered(street: Street) -> None:
    number, resident = street.say(), street.actor(street.resident)
    write(withdraw_feedback, resident, number, None, now=time.now())
    assert write(withdraw_feedback, resident, number, None, now=time.now()).is_repeat
    answered = street.say()
    _answer(street, answered)
    with pytest.raises(Conflict):
        write(withdraw_feedback, resident, answered, None, now=time.now())


def test_work_is_shared_among_those_on_duty(street: Street) -> None:
    second = make_staff(street.session, street.areas["community"])
    named = [street.row(street.say()).handler_id for _ in range(4)]
    assert sorted(person or 0 for person in named) == sorted([street.staff.id, second.id] * 2)


def test_a_role_that_has_ended_answers_nothing(street: Street, clock: Clock) -> None:
    street.session.execute(
        text("UPDATE role_grant SET ended_at = starts_at WHERE person_id = :id"), {"id": street.staff.id}
    )
    street.session.commit()
    clock.forward(seconds=1)
    assert street.row(street.say()).handler_id == street.office.id


def test_news_names_who_and_why_only_when_it_is_told(street: Street) -> None:
    """The event leads to no name; the notice says it as it stood when it was told."""
    number = street.say()
    write(open_timeline, street.actor(street.staff), number, "核对昨晚的签到", now=time.now())
    event = street.session.scalars(select(Event).where(Event.kind == "feedback.timeline_opened")).one()
    assert set(event.facts) == {"number", "due_at"}
    deliver_events(time.now() + timedelta(seconds=1))
    told = street.session.scalars(select(Notice).where(Notice.kind == "feedback.timeline_opened")).one()
    assert (told.facts["by"], told.facts["reason"]) == (street.staff.name, "核对昨晚的签到")
    waits = street.session.scalars(select(Notice).where(Notice.kind == "feedback.assigned")).one()
    assert (waits.person_id, waits.facts["office"]) == (street.staff.id, street.areas["community"].name)


def test_the_district_has_its_own_office_before_the_platforms_administrator(street: Street) -> None:
    district = make_staff(street.session, street.areas["district"], Role.STREET_ADMIN)
    number = street.say(kind=FeedbackKind.CONDUCT)
    write(answer_feedback, street.actor(street.office), number, "了解过情况了。", now=time.now())
    write(
        give_verdict,
        street.actor(street.resident),
        Verdict(number=number, is_satisfied=False, text="没说清"),
        None,
        now=time.now(),
    )
    assert street.row(number).handler_id == district.id
