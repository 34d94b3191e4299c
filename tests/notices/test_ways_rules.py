"""When it is quiet, what somebody wants where, when to try again, and which places are called at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pointsapp.notices.places import is_outside, may_be_called, unpadded
from pointsapp.notices.rules import begins_at, code_of, next_try, quiet_ends, shown_mail, subject_of, wants

DAY = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "start", "until", "ends"),
    [
        ("20:59", 1260, 480, None),
        ("21:00", 1260, 480, "next 08:00"),
        ("23:59", 1260, 480, "next 08:00"),
        ("00:30", 1260, 480, "same 08:00"),
        ("07:59", 1260, 480, "same 08:00"),
        ("08:00", 1260, 480, None),
        ("13:00", 720, 840, "same 14:00"),  # a midday rest
        ("14:00", 720, 840, None),
        ("03:00", 480, 480, None),  # the same hour twice: never
        ("08:00", 480, 480, None),
    ],
)
def test_quiet(at: str, start: int, until: int, ends: str | None) -> None:
    hour, minute = map(int, at.split(":"))
    found = quiet_ends(DAY.replace(hour=hour, minute=minute, second=31), start, until)
    if ends is None:
        assert found is None
    else:
        day, _, clock = ends.partition(" ")
        wanted = DAY.replace(hour=int(clock[:2]), minute=int(clock[3:])) + timedelta(days=day == "next")
        assert found == wanted


def test_who_never_chose_gets_an_sms_only_for_tasks() -> None:
    assert wants(None, "tasks.cancelled_for_person", "sms")
    assert not wants(None, "checkin.credited", "sms")
    assert wants(None, "people.password_changed", "mail")
    assert not wants({}, "tasks.cancelled_for_person", "push")
    assert wants({"tasks": ["mail"]}, "tasks.place_open", "mail")
    assert subject_of("something.new") == "other"


def test_tries_come_later_and_later_and_end() -> None:
    waits = [next_try(tries, DAY) for tries in range(1, 7)]
    assert [(at - DAY).total_seconds() for at in waits if at] == [60, 300, 1800, 7200, 21600]
    assert waits[-1] is None
    assert next_try(1, DAY, 900) == DAY + timedelta(seconds=900)
    assert next_try(1, DAY, 10**9) == DAY + timedelta(hours=6)


def test_a_code_belongs_to_one_address_and_one_moment() -> None:
    one = code_of("s", "aaa", DAY)
    assert len(one) == 6
    assert one.isdigit()
    others = {code_of("s", "bbb", DAY), code_of("s", "aaa", DAY + timedelta(seconds=1)), code_of("t", "aaa", DAY)}
    assert one not in others


def test_what_begins_first_counts() -> None:
    assert begins_at({"starts_at": "2026-11-22T03:00:00+00:00", "from_at": "2026-11-22T01:00:00+00:00"}) == DAY.replace(
        hour=1
    )
    assert begins_at({"title": "x", "starts_at": None}) is None


def test_a_shown_address_gives_little_away() -> None:
    assert shown_mail("zhang.san@example.org") == "zh***@example.org"


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("1.1.1.1", True),
        ("2606:4700:4700::1111", True),
        ("127.0.0.1", False),
        ("10.0.0.8", False),
        ("172.16.3.4", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:0a00:0001::", False),
    ],
)
def test_only_public_addresses_are_outside(address: str, is_public: bool) -> None:
    assert is_outside(address) is is_public


@pytest.mark.parametrize(
    ("url", "outside", "inside"),
    [
        ("https://push.example.org/a?b=c", True, True),
        ("https://push.example.org:443/a", True, True),
        ("https://push.example.org:8443/a", False, True),
        ("http://push.example.org/a", False, True),
        ("https://10.0.0.1/a", False, True),
        ("https://[::1]/a", False, True),
        ("https://localhost/a", False, True),
        ("https://name:word@push.example.org/a", False, False),
        ("ftp://push.example.org/a", False, False),
        ("https://push.example.org/a b", False, False),
        ("https://push.example.org/\r\nX: y", False, False),
        ("https://推.example/a", False, False),
        ("https://push.example.org:x/", False, False),
        ("", False, False),
    ],
)
def test_which_addresses_are_called(url: str, outside: bool, inside: bool) -> None:
    assert may_be_called(url) is outside
    assert may_be_called(url, inside=True) is inside


def test_keys_come_without_padding() -> None:
    assert len(unpadded("A" * 87)) == 65
    with pytest.raises(ValueError, match=r"."):
        unpadded("A")
