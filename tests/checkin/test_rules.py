"""The study of check-in: codes, verdicts, minutes. Pure tables, no database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pointsapp.checkin import errors
from pointsapp.checkin.rules import judge as rules
from pointsapp.checkin.rules import minutes, venue
from pointsapp.checkin.rules.judge import Attempt, Case, Fix, Presence, Site, judge
from pointsapp.core import codes
from pointsapp.core.coordinates import distance_m
from pointsapp.core.errors import Conflict, Forbidden, Refusal

START = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)
END = START + timedelta(hours=2)
CASE = Case(starts_at=START, ends_at=END, is_running=True, check_out_required=False, is_confirmed=True, presence=None)
WITH_OUT = replace(CASE, check_out_required=True)
PLACE = Site(34.7657, 113.6780, 100)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def came(minute: float, state: str = "present", **over: bool) -> Presence:
    return Presence(checked_in_at=at(minute), state=state, **over)


IN, OUT = Attempt(action="check_in"), Attempt(action="check_out")
LIST_IN, LIST_OUT = replace(IN, by_list=True), replace(OUT, by_list=True)


@pytest.mark.parametrize(
    ("case", "attempt", "minute", "expected"),
    [
        pytest.param(CASE, IN, -30, None, id="提前30分钟可以"),
        pytest.param(CASE, IN, -30.1, errors.OutsideWindow, id="再早不行"),
        pytest.param(CASE, IN, 120, None, id="结束那一刻还行"),
        pytest.param(CASE, IN, 120.1, errors.OutsideWindow, id="结束后扫码不行"),
        pytest.param(CASE, LIST_IN, 120.1, None, id="结束后名单可以"),
        pytest.param(CASE, LIST_IN, 120 + 1440, None, id="名单到24小时"),
        pytest.param(CASE, LIST_IN, 120 + 1440.1, errors.OutsideWindow, id="名单过24小时不行"),
        pytest.param(replace(CASE, is_confirmed=False), IN, -300, errors.NotSignedUp, id="未报名先于时间"),
        pytest.param(CASE, replace(IN, is_own_shift=True), 10, errors.OwnShift, id="负责人不能给自己签"),
        pytest.param(
            replace(CASE, is_confirmed=False),
            replace(IN, is_own_shift=True),
            10,
            errors.OwnShift,
            id="负责人先于未报名",
        ),
        pytest.param(CASE, OUT, 10, errors.NoCheckOutHere, id="不用签退的任务"),
        pytest.param(WITH_OUT, OUT, -1, errors.OutsideWindow, id="开始前不能签退"),
        pytest.param(WITH_OUT, OUT, 10, errors.NotCheckedIn, id="没签到不能签退"),
        pytest.param(replace(WITH_OUT, presence=came(-5)), OUT, 150, None, id="结束后30分钟内签退"),
        pytest.param(replace(WITH_OUT, presence=came(-5)), OUT, 150.1, errors.OutsideWindow, id="再晚不能扫码签退"),
        pytest.param(replace(WITH_OUT, presence=came(-5)), LIST_OUT, 151, None, id="再晚名单可以签退"),
        pytest.param(replace(CASE, presence=came(1, "voided")), LIST_IN, 10, errors.AlreadyVoided, id="已作废"),
        pytest.param(replace(CASE, is_running=False), IN, 10, errors.OutsideWindow, id="已停止的场次不再签到"),
        pytest.param(replace(CASE, is_running=False), LIST_IN, 10, None, id="已停止仍可补点名"),
        pytest.param(
            replace(CASE, is_running=False, task_is_over=True), LIST_IN, 130, errors.TaskOver, id="任务已取消或结束"
        ),
        pytest.param(
            replace(CASE, is_running=False, task_is_over=True), LIST_IN, 1561, errors.OutsideWindow, id="时间先于任务"
        ),
    ],
)
def test_each_attempt_has_one_true_reason(
    case: Case, attempt: Attempt, minute: float, expected: type[Refusal] | None
) -> None:
    verdict = judge(case, attempt, at(minute))
    assert type(verdict.refusal) is (expected or type(None))


@pytest.mark.parametrize(
    ("case", "attempt", "minute"),
    [
        pytest.param(replace(CASE, presence=came(1, "credited")), IN, 300, id="已签到再扫，不论时间"),
        pytest.param(replace(WITH_OUT, presence=came(1, "credited")), OUT, 300, id="已签退再扫"),
        pytest.param(replace(WITH_OUT, presence=came(1)), IN, 3, id="在场再签到"),
        pytest.param(replace(WITH_OUT, presence=came(130, "provisional")), LIST_OUT, 140, id="补点名后再点"),
    ],
)
def test_a_repeat_is_no_refusal_and_no_change(case: Case, attempt: Attempt, minute: float) -> None:
    verdict = judge(case, attempt, at(minute))
    assert verdict.refusal is None
    assert verdict.is_repeat


def test_a_tick_after_the_end_is_late_and_one_before_is_not() -> None:
    assert judge(CASE, LIST_IN, at(121)).is_late
    assert not judge(CASE, LIST_IN, at(120)).is_late


def test_the_list_closes_a_forgotten_check_out() -> None:
    forgotten = replace(WITH_OUT, presence=came(1, "provisional", cut_off=True))
    assert judge(forgotten, LIST_OUT, at(200)).confirms
    assert not judge(forgotten, OUT, at(200)).confirms


@pytest.mark.parametrize(
    ("case", "minute", "expected"),
    [
        (CASE, 10, "check_in"),
        (WITH_OUT, 10, "check_in"),
        (replace(WITH_OUT, presence=came(-5)), -4, "check_in"),
        (replace(WITH_OUT, presence=came(-5)), -0.1, "check_in"),
        (replace(WITH_OUT, presence=came(-5)), 0, "check_out"),
        (replace(WITH_OUT, presence=came(5)), 5.9, "check_in"),
        (replace(WITH_OUT, presence=came(5)), 6, "check_out"),
        (replace(CASE, presence=came(5, "credited")), 60, "check_in"),
    ],
)
def test_a_personal_code_without_action_means_what_comes_next(case: Case, minute: float, expected: str) -> None:
    assert rules.infer_action(case, at(minute)) == expected


NEAR = Fix(34.7657 + 0.0008, 113.6780)  # some 89 m north
FAR = Fix(34.7657 + 0.0012, 113.6780)  # some 133 m north


@pytest.mark.parametrize(
    ("fix", "expected"),
    [
        pytest.param(None, errors.LocationRequired, id="没有位置"),
        pytest.param(NEAR, None, id="在范围内"),
        pytest.param(FAR, errors.OutOfRange, id="没有精度就按半径"),
        pytest.param(replace(FAR, accuracy_m=40), None, id="精度加在半径上"),
        pytest.param(Fix(34.7657 + 0.0030, 113.6780, 5000), errors.OutOfRange, id="精度最多算150米"),
        pytest.param(replace(FAR, accuracy_m=-40), errors.OutOfRange, id="负精度不算"),
    ],
)
def test_the_range(fix: Fix | None, expected: type[Refusal] | None) -> None:
    verdict = judge(CASE, replace(IN, site=PLACE, fix=fix), at(0))
    assert type(verdict.refusal) is (expected or type(None))
    assert verdict.in_range == (expected is None if fix else None)


def test_the_range_is_not_asked_before_time_and_sign_up() -> None:
    assert isinstance(judge(CASE, replace(IN, site=PLACE), at(-60)).refusal, errors.OutsideWindow)


def test_refusals_have_the_kind_of_the_contract() -> None:
    assert issubclass(errors.OwnShift, Forbidden)
    assert errors.OwnShift.code == errors.SecondPerson.code == "not_allowed"
    assert issubclass(errors.NoCheckOutHere, Conflict)
    assert errors.NoCheckOutHere.code == "wrong_state"
    assert errors.NotSignedUp(may_join=True).facts == {"may_join": True}


# Venue codes

KEYED = [venue.Keyed(1, "a" * 43, False), venue.Keyed(2, "b" * 43, True)]
NOW = datetime.fromtimestamp(venue.window_of(START) * 30, UTC)  # the first second of a window


@pytest.mark.parametrize(
    ("later_s", "freshness"),
    [(0, "current"), (29.9, "current"), (30, "current"), (59.9, "current"), (60, "expired"), (660, "expired")],
)
def test_a_code_lives_in_its_window_and_the_next_and_is_known_ten_minutes_more(later_s: float, freshness: str) -> None:
    code = venue.code_for("b" * 43, "check_out", venue.window_of(NOW))
    assert codes.read(code, codes.VENUE_LENGTH) == code
    found = venue.find(code, KEYED, NOW + timedelta(seconds=later_s))
    assert found == venue.Match(2, "check_out", venue.Freshness(freshness))


def test_a_code_is_forgotten_in_the_end_and_never_valid_early() -> None:
    code = venue.code_for("b" * 43, "check_in", venue.window_of(NOW))
    assert venue.find(code, KEYED, NOW + timedelta(minutes=15)) is None
    assert venue.find(code, KEYED, NOW - timedelta(seconds=1)) is None


def test_a_poster_code_never_ages_but_only_where_there_is_a_poster() -> None:
    for shift, found in zip(KEYED, (False, True), strict=True):
        code = venue.code_for(shift.code_key, "check_in", venue.POSTER)
        match = venue.find(code, KEYED, NOW + timedelta(days=3))
        assert (match is not None) == found
        assert not match or match.freshness is venue.Freshness.POSTER


def test_codes_of_different_shifts_actions_and_windows_differ() -> None:
    window = venue.window_of(NOW)
    made = {
        venue.code_for(key, action, window + step)
        for key in ("a" * 43, "b" * 43)
        for action in venue.ACTIONS
        for step in range(50)
    }
    assert len(made) == 200


# Minutes


@pytest.mark.parametrize(
    ("arrived", "left", "expected"),
    [
        pytest.param(-20, 120, 120, id="早到不多算"),
        pytest.param(10, 120, 110, id="迟到少算"),
        pytest.param(0, 140, 120, id="晚走不多算"),
        pytest.param(0, 59.9, 59, id="只算整分钟"),
        pytest.param(5, 5, 0, id="同时进出"),
        pytest.param(-20, -10, 0, id="开始前就走"),
        pytest.param(130, 140, 0, id="不会是负数"),
    ],
)
def test_served_minutes(arrived: float, left: float, expected: int) -> None:
    span = minutes.served(at(arrived), at(left), START, END)
    assert span.minutes == expected
    assert span.start <= span.end


@pytest.mark.parametrize(
    ("arrived", "start"), [(None, 0), (-10, 0), (15, 15), (125, 0)], ids=["没签到", "早到", "迟到", "结束后补点名"]
)
def test_corrected_minutes_count_from_the_later_of_check_in_and_start(arrived: float | None, start: float) -> None:
    span = minutes.corrected(40, None if arrived is None else at(arrived), START, END)
    assert (span.start, span.end, span.minutes) == (at(start), at(start + 40), 40)


@pytest.mark.parametrize(("served", "expected"), [(120, 20), (60, 20), (59, 9), (30, 5), (1, 0), (0, 0)])
def test_a_stopped_shift_pays_in_full_from_half_its_time_on(served: int, expected: int) -> None:
    assert minutes.points_when_stopped(20, served, 120, 50) == expected


@pytest.mark.parametrize(
    ("first", "second", "metres"), [((34.7657, 113.678), (34.7657, 113.678), 0), ((0, 0), (0, 180), 20015087)]
)
def test_distance(first: tuple[float, float], second: tuple[float, float], metres: int) -> None:
    assert round(distance_m(*first, *second)) == metres
