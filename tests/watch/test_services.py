"""Each rule finds its case and nothing beside it; cases grow, are decided about, and are not asked for again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from pointsapp.checkin.models import Way
from pointsapp.core import clock as time
from pointsapp.core.anomalies import rules
from pointsapp.core.errors import Conflict, Forbidden, NotFound
from pointsapp.core.events import Event
from pointsapp.core.policy import set_value
from pointsapp.core.transaction import write
from pointsapp.redemption.anomalies import BURST_LEAST
from pointsapp.watch.errors import OwnAnomaly
from pointsapp.watch.models import Anomaly, AnomalyState, WatchMark
from pointsapp.watch.services import Decide, decide, look_around
from tests.conftest import Clock
from tests.factories import make_clerk, make_platform_admin, make_staff
from tests.watch.things import Street

NOON = datetime(2026, 11, 18, 4, tzinfo=UTC)
NIGHT = datetime(2026, 11, 18, 16, tzinfo=UTC)  # midnight


def _decide(street: Street, anomaly: Anomaly, state: AnomalyState, reason: str = "看过签到表，属实") -> bool:
    command = Decide(anomaly_id=anomaly.public_id, state=state, reason=reason)
    return write(decide, street.actor(street.office), command, now=time.now()).is_repeat


def test_every_rule_is_registered_with_words_that_fill() -> None:
    assert {rule.key for rule in rules()} >= {
        "checkin.self_credit", "checkin.night_batch", "checkin.pair", "checkin.long_day",
        "redemption.burst", "redemption.again", "redemption.out_of_hours",
    }  # fmt: skip


def test_an_ordinary_day_finds_nothing(street: Street) -> None:
    for number in range(6):
        person = street.person()
        street.attends(person, street.staff, NOON + timedelta(minutes=number))
        street.redeems(person, NOON + timedelta(hours=number))
    assert street.look() == {}


def test_ones_own_hand_in_ones_own_hours(street: Street) -> None:
    person = street.person()
    key = street.attends(person, None, NOON, decided_by_id=person.id)
    street.attends(street.person(), None, NOON, way=Way.VENUE_CODE)
    found = street.look()
    assert list(found) == ["checkin.self_credit"]
    assert street.evidence(found["checkin.self_credit"][0]) == [key]


def test_a_batch_at_night(street: Street) -> None:
    keys = [street.attends(street.person(), street.staff, NIGHT + timedelta(minutes=number)) for number in range(4)]
    assert street.look() == {}
    keys.append(street.attends(street.person(), street.staff, NIGHT + timedelta(hours=3)))
    street.attends(street.person(), street.staff, NOON)
    (case,) = street.look()["checkin.night_batch"]
    assert street.evidence(case) == keys
    assert (case.by_id, case.area_id, case.rows) == (street.staff.id, street.areas["community"].id, 5)


def test_corrections_are_evidence_of_the_hours_they_correct(street: Street) -> None:
    """A correction's own key is none of an attendance: what is shown are the hours it changed, when and by whom."""
    for _other in range(5):  # keys that corrections will have too
        street.attends(street.person(), street.office, NOON)
    mine = [street.attends(street.person(), street.office, NOON) for _each in range(5)]
    changed = [
        street.corrects(key, street.staff, NIGHT + timedelta(minutes=number), asked_by=street.office)
        for number, key in enumerate(mine)
    ]
    assert not set(changed) & set(mine)
    found = street.look()
    assert list(found) == ["checkin.night_batch"]
    (case,) = found["checkin.night_batch"]
    assert street.evidence(case) == mine
    assert (case.by_id, case.first_at, case.last_at) == (street.staff.id, NIGHT, NIGHT + timedelta(minutes=4))


def test_one_persons_hours_put_right_in_one_night_are_no_batch(street: Street) -> None:
    person = street.person()
    keys = [street.attends(person, street.office, NOON - timedelta(days=number)) for number in range(6)]
    for number, key in enumerate(keys):
        street.corrects(key, street.staff, NIGHT + timedelta(minutes=number), asked_by=street.office)
    assert street.look() == {}


def test_a_correction_counts_for_ones_own_hand_and_for_a_day_too_long(street: Street) -> None:
    for _other in range(3):
        street.attends(street.person(), street.staff, NOON)
    person = street.person()
    asked = street.attends(person, street.staff, NOON)
    street.look()
    street.corrects(asked, street.staff, NOON + timedelta(hours=1), asked_by=person, minutes=601)
    found = street.look()
    assert sorted(found) == ["checkin.long_day", "checkin.self_credit"]
    assert [street.evidence(case) for (case,) in found.values()] == [[asked], [asked]]


def test_two_who_always_confirm_each_other(street: Street) -> None:
    one, other, third = street.person(), street.person(), street.person()
    keys = []
    for day in range(3):
        keys.append(street.attends(one, other, NOON + timedelta(days=day)))
        street.attends(third, other, NOON + timedelta(days=day, hours=2))
        if day < 2:
            keys.append(street.attends(other, one, NOON + timedelta(days=day, hours=1)))
    assert street.look() == {}
    keys.append(street.attends(other, one, NOON + timedelta(days=2, hours=1)))
    (case,) = street.look()["checkin.pair"]
    assert sorted(street.evidence(case)) == sorted(keys)


def test_more_hours_than_a_day_has(street: Street) -> None:
    person = street.person()
    morning = datetime(2026, 11, 18, 0, tzinfo=UTC)
    first = street.attends(person, street.staff, morning, minutes=300)
    second = street.attends(person, street.staff, morning + timedelta(hours=6), minutes=300)
    assert street.look() == {}  # ten hours are allowed
    third = street.attends(person, street.staff, morning + timedelta(hours=12), minutes=30)
    street.attends(person, street.staff, morning + timedelta(days=1), minutes=300)
    (case,) = street.look()["checkin.long_day"]
    assert street.evidence(case) == [first, second, third]
    assert case.person_id == person.id


def test_a_burst_at_one_till(street: Street) -> None:
    other = make_clerk(street.session, street.shop)
    keys = [street.redeems(street.person(), NOON + timedelta(seconds=30 * number)) for number in range(8)]
    for number in range(7):
        street.redeems(street.person(), NOON + timedelta(seconds=30 * number), other)
    (case,) = street.look()["redemption.burst"]
    assert street.evidence(case) == keys
    assert (case.by_id, case.merchant_id) == (street.clerk.id, street.shop.id)


def test_the_same_resident_at_the_same_shop_again_and_again(street: Street, clock: Clock) -> None:
    person = street.person()
    for number in range(6):
        street.redeems(person, NOON - timedelta(hours=20 * number))
        street.redeems(street.person(), NOON - timedelta(hours=20 * number))
    clock.at = NOON + timedelta(minutes=5)
    (case,) = street.look()["redemption.again"]
    assert (case.rows, case.person_id) == (6, person.id)


def test_redemptions_while_shops_sleep(street: Street) -> None:
    key = street.redeems(street.person(), NIGHT)
    street.redeems(street.person(), NOON)
    (case,) = street.look()["redemption.out_of_hours"]
    assert street.evidence(case) == [key]


def test_looking_twice_finds_nothing_new_and_later_rows_join(street: Street) -> None:
    for number in range(5):
        street.attends(street.person(), street.staff, NIGHT + timedelta(minutes=number))
    street.look()
    street.session.execute(text("UPDATE watch_mark SET event_id = 0"))
    street.session.commit()
    street.look()
    late = street.attends(street.person(), street.staff, NIGHT + timedelta(hours=2))
    (case,) = street.look()["checkin.night_batch"]
    assert case.rows == 6
    assert street.evidence(case)[-1] == late


def test_what_may_still_have_a_neighbour_under_way_waits(street: Street, clock: Clock) -> None:
    street.redeems(street.person(), NIGHT)
    clock.at = NIGHT + timedelta(minutes=2) - timedelta(seconds=1)
    assert write(look_around, now=time.now()) == 0
    clock.forward(seconds=1)
    assert write(look_around, now=time.now()) == 1
    assert write(look_around, now=time.now()) == 0
    assert street.session.scalar(select(WatchMark.at)) == clock.at


def test_thresholds_are_policies_and_the_case_keeps_those_it_was_found_by(street: Street) -> None:
    set_value(street.session, BURST_LEAST, 2, now=time.now() - timedelta(days=9))
    street.session.commit()
    for number in range(2):
        street.redeems(street.person(), NOON + timedelta(minutes=number))
    (case,) = street.look()["redemption.burst"]
    set_value(street.session, BURST_LEAST, 99, now=time.now())
    street.session.commit()
    assert case.limits == {"burst_least": 2, "burst_minutes": 5}


def test_a_decision_is_kept_and_not_asked_for_again(street: Street, clock: Clock) -> None:
    street.redeems(street.person(), NIGHT)
    for number in range(5):
        street.attends(street.person(), street.staff, NIGHT + timedelta(minutes=number))
    (batch,) = street.look()["checkin.night_batch"]
    assert not _decide(street, batch, AnomalyState.HARMLESS)
    assert _decide(street, batch, AnomalyState.HARMLESS)
    with pytest.raises(Conflict):
        _decide(street, batch, AnomalyState.CLOSED)
    clock.forward(
        minutes=3
    )  # what was decided just now may still have a neighbour under way, and what comes after it waits
    street.attends(street.person(), street.staff, NIGHT + timedelta(hours=1))
    assert len(street.look()["checkin.night_batch"]) == 1
    for number in range(5):
        street.attends(street.person(), street.staff, NIGHT + timedelta(hours=2, minutes=number))
    again = street.look()["checkin.night_batch"]
    assert [row.state for row in again] == [AnomalyState.HARMLESS, AnomalyState.OPEN]
    with pytest.raises(Conflict):  # it is open as a case of its own
        _decide(street, batch, AnomalyState.OPEN, "再看看")
    assert street.session.scalar(select(func.count()).where(Event.kind == "watch.decided")) == 1


def test_what_needs_correction_is_closed_with_words(street: Street) -> None:
    street.redeems(street.person(), NIGHT)
    (case,) = street.look()["redemption.out_of_hours"]
    _decide(street, case, AnomalyState.NEEDS_CORRECTION)
    _decide(street, case, AnomalyState.CLOSED, "店家已补登记，积分退回居民")
    with pytest.raises(Conflict):
        _decide(street, case, AnomalyState.OPEN, "再看看吧")


def test_nobody_decides_about_their_own(street: Street) -> None:
    for number in range(5):
        street.attends(street.person(), street.office, NIGHT + timedelta(minutes=number))
    street.redeems(street.office, NIGHT)
    found = street.look()
    for rule in ("checkin.night_batch", "redemption.out_of_hours"):
        with pytest.raises(OwnAnomaly):
            _decide(street, found[rule][0], AnomalyState.HARMLESS)
    admin = street.actor(make_platform_admin(street.session))
    command = Decide(
        anomaly_id=found["checkin.night_batch"][0].public_id, state=AnomalyState.HARMLESS, reason="看过了，属实"
    )
    write(decide, admin, command, now=time.now())


def test_who_may(street: Street) -> None:
    street.redeems(street.person(), NIGHT)
    (case,) = street.look()["redemption.out_of_hours"]
    command = Decide(anomaly_id=case.public_id, state=AnomalyState.HARMLESS, reason="看过了，属实")
    with pytest.raises(Forbidden):  # an auditor reads
        write(decide, street.actor(street.auditor), command, now=time.now())
    for person in (street.staff, make_staff(street.session, street.areas["other_street"])):
        with pytest.raises(NotFound):
            write(decide, street.actor(person), command, now=time.now())


@pytest.mark.parametrize("table", ["anomaly_evidence", "anomaly_step"])
def test_what_was_found_and_said_cannot_be_changed(street: Street, table: str) -> None:
    street.redeems(street.person(), NIGHT)
    street.look()
    with pytest.raises(DBAPIError):
        street.session.execute(text(f"DELETE FROM {table}"))
    street.session.rollback()
