"""Pure decisions of watch, and of the features' rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pointsapp.checkin.anomalies import night_of
from pointsapp.redemption.anomalies import bursts, is_out_of_hours
from pointsapp.watch.rules import Known, Placement, place

A, B, C = ("attendance", 1), ("attendance", 2), ("attendance", 3)
NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)  # 12:00 in Shanghai


def test_rows_nobody_knows_make_a_case() -> None:
    assert place([A, B], {}, 2) == Placement(fresh=(A, B), joins=None)


def test_new_rows_join_the_open_case_of_the_old_ones() -> None:
    assert place([A, B], {A: Known(anomaly_id=7, is_open=True)}, 2) == Placement(fresh=(B,), joins=7)


def test_what_was_decided_is_not_asked_again_by_one_more_row() -> None:
    decided = {A: Known(anomaly_id=7, is_open=False), B: Known(anomaly_id=7, is_open=False)}
    assert place([A, B, C], decided, 2) == Placement(fresh=(), joins=None)
    assert place([A, B, C], decided, 1) == Placement(fresh=(C,), joins=None)


def test_known_rows_alone_change_nothing() -> None:
    assert place([A], {A: Known(anomaly_id=7, is_open=True)}, 1).fresh == ()


def test_a_night_belongs_to_its_evening() -> None:
    evening = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)  # 23:30
    assert night_of(evening, 23, 5) == date(2026, 11, 21)
    assert night_of(evening + timedelta(hours=5), 23, 5) == date(2026, 11, 21)  # 4:30
    assert night_of(evening + timedelta(hours=6), 23, 5) is None  # 5:30
    assert night_of(NOON, 23, 5) is None
    assert night_of(evening + timedelta(hours=2), 0, 5) == date(2026, 11, 22)
    assert night_of(evening, 0, 5) is None


def test_hours_of_shops() -> None:
    assert not is_out_of_hours(NOON, 6, 22)
    assert is_out_of_hours(NOON + timedelta(hours=10), 6, 22)  # 22:00
    assert is_out_of_hours(NOON - timedelta(hours=7), 6, 22)  # 5:00


def _moments(*minutes: int) -> list[datetime]:
    return [NOON + timedelta(minutes=one) for one in minutes]


def test_bursts_are_stretches_with_enough_in_a_span() -> None:
    assert bursts(_moments(0, 1, 2, 60, 61), timedelta(minutes=5), 3) == [range(3)]
    assert bursts(_moments(0, 3, 6, 9, 12), timedelta(minutes=6), 3) == [range(5)]
    assert bursts(_moments(0, 10, 20), timedelta(minutes=5), 2) == []


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, 200), max_size=25), st.integers(1, 20), st.integers(2, 5))
def test_every_burst_is_one_and_none_is_missed(minutes: list[int], span: int, least: int) -> None:
    moments = _moments(*sorted(minutes))
    inside = {number for each in bursts(moments, timedelta(minutes=span), least) for number in each}
    wanted = set()
    for start in range(len(moments)):
        near = [at for at in range(start, len(moments)) if moments[at] - moments[start] <= timedelta(minutes=span)]
        if len(near) >= least:
            wanted |= set(near)
    assert inside == wanted
