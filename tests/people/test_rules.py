"""What a phone, a number and a password are; how long to wait; who may grant what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pointsapp.core.actor import Actor, Grant, Role
from pointsapp.core.codes import is_number, new_number
from pointsapp.people.policies import HeldRole, Standing, grantable_roles, may_grant, may_help
from pointsapp.people.rules import read_password, read_phone, read_volunteer_number, wait_after_failures

NOW = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "phone"),
    [
        ("13800001234", "13800001234"),
        (" 138-0000 1234 ", "13800001234"),
        ("１３８００００１２３４", "13800001234"),
        ("+8613800001234", "+8613800001234"),
        ("(0371) 6396-0000", "037163960000"),
        ("12345", "12345"),
        ("1234", None),
        ("1" * 15, "1" * 15),
        ("1" * 16, None),
        ("", None),
        ("+", None),
        ("138+0000", None),
        ("٠١٢٣٤٥٦٧٨٩", None),
        ("13800001234\0", None),
        ("1" * 1_000_000, None),
    ],
)
def test_a_phone(typed: str, phone: str | None) -> None:
    assert read_phone(typed) == phone


@pytest.mark.parametrize(
    ("typed", "number"),
    [("41000000001", "41000000001"), ("4100 0000 001", "41000000001"), ("4100000000", None), ("", None)],
)
def test_a_volunteer_number(typed: str, number: str | None) -> None:
    assert read_volunteer_number(typed) == number


@given(st.text())
def test_no_text_breaks_the_readers(text: str) -> None:
    for reader in (read_phone, read_volunteer_number, read_password):
        reader(text)


def test_a_fresh_number_catches_every_wrong_digit() -> None:
    for _ in range(50):
        number = new_number()
        assert is_number(number)
        assert number[0] in "23456789"
        for place in range(11):
            for digit in "0123456789":
                if digit != number[place]:
                    assert not is_number(number[:place] + digit + number[place + 1 :])


def ago(*minutes: float) -> list[datetime]:
    return [NOW - timedelta(minutes=span) for span in minutes]


@pytest.mark.parametrize(
    ("failed_at", "allowed", "wait"),
    [
        pytest.param([], 3, 0, id="没有输错"),
        pytest.param(ago(1, 2), 3, 0, id="还没到次数"),
        pytest.param(ago(1, 2, 14), 3, 61, id="最早一次一分钟后过期"),
        pytest.param(ago(1, 2, 15), 3, 0, id="刚好过期"),
        pytest.param(ago(0, 1, 2, 3, 4), 3, 13 * 60 + 1, id="以最近三次里最早的为准"),
    ],
)
def test_waiting_ends(failed_at: list[datetime], allowed: int, wait: int) -> None:
    assert wait_after_failures(failed_at, allowed, timedelta(minutes=15), NOW) == wait


def actor(*grants: Grant) -> Actor:
    return Actor(person_id=1, public_id="one", display_name="甲", grants=grants)


STREET, COMMUNITY, ELSEWHERE = "/1/2/", "/1/2/3/", "/1/9/"
PLATFORM = actor(Grant(Role.PLATFORM_ADMIN))
ADMIN = actor(Grant(Role.STREET_ADMIN, 2, STREET))
STAFF = actor(Grant(Role.STAFF, 3, COMMUNITY))
LEADER = actor(Grant(Role.GRID_LEADER, 3, COMMUNITY))
MANAGER = actor(Grant(Role.MERCHANT_MANAGER, merchant_id=5))
CLERK = actor(Grant(Role.MERCHANT_CLERK, merchant_id=5))
RESIDENT = actor()


@pytest.mark.parametrize(
    ("role", "path", "merchant_id", "may"),
    [
        (Role.STAFF, COMMUNITY, None, {"platform", "admin"}),
        (Role.STREET_ADMIN, STREET, None, {"platform", "admin"}),
        (Role.STREET_ADMIN, "/1/", None, {"platform"}),
        (Role.GRID_LEADER, ELSEWHERE, None, {"platform"}),
        (Role.PLATFORM_ADMIN, None, None, {"platform"}),
        (Role.MERCHANT_MANAGER, COMMUNITY, 5, {"platform", "admin", "staff"}),
        (Role.MERCHANT_MANAGER, ELSEWHERE, 5, {"platform"}),
        (Role.MERCHANT_CLERK, COMMUNITY, 5, {"platform", "admin", "manager"}),
        (Role.MERCHANT_CLERK, COMMUNITY, 6, {"platform", "admin"}),
    ],
)
def test_who_may_grant(role: Role, path: str | None, merchant_id: int | None, may: set[str]) -> None:
    actors = {
        "platform": PLATFORM,
        "admin": ADMIN,
        "staff": STAFF,
        "leader": LEADER,
        "manager": MANAGER,
        "clerk": CLERK,
        "resident": RESIDENT,
    }
    assert {
        name for name, who in actors.items() if may_grant(who, role, area_path=path, merchant_id=merchant_id)
    } == may


def test_nobody_is_offered_a_role_they_can_grant_nowhere() -> None:
    assert grantable_roles(RESIDENT) == grantable_roles(LEADER) == grantable_roles(CLERK) == ()
    assert grantable_roles(STAFF) == (Role.MERCHANT_MANAGER,)
    assert Role.PLATFORM_ADMIN not in grantable_roles(ADMIN)
    assert set(grantable_roles(PLATFORM)) == set(Role)


def test_a_helper_needs_the_home_and_every_role() -> None:
    plain = Standing(person_id=2, home_path=COMMUNITY)
    assert may_help(STAFF, plain)
    assert may_help(LEADER, plain)
    assert not may_help(MANAGER, plain)
    assert not may_help(STAFF, Standing(person_id=1, home_path=COMMUNITY)), "nobody helps themself"
    assert not may_help(STAFF, Standing(person_id=2, home_path=None))
    leader = Standing(person_id=2, home_path=COMMUNITY, roles=(HeldRole(role=Role.GRID_LEADER, area_path=COMMUNITY),))
    assert not may_help(STAFF, leader)
    assert may_help(ADMIN, leader)
    far = Standing(person_id=2, home_path=ELSEWHERE, roles=(HeldRole(role=Role.GRID_LEADER, area_path=COMMUNITY),))
    assert not may_help(ADMIN, far)
