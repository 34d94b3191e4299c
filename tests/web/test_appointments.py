"""A calendar file as calendars read it: CRLF, lines of 75 octets, escaped text, a stable UID."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pointsapp.core.coordinates import Point
from pointsapp.web.appointments import Appointment, calendar_text

START = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)


def made(**over: object) -> str:
    values = {
        "uid": "shift-abc@example.org",
        "sequence": 2,
        "title": "红专路夜巡",
        "place": "红专路口（军区社区）",
        "text": "走一圈",
        "url": "https://example.org/tasks/abc",
        "starts_at": START,
        "ends_at": START + timedelta(hours=2),
        **over,
    }
    return calendar_text(Appointment(**values), now=START)  # type: ignore[arg-type]


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def test_when_where_and_what() -> None:
    lines = unfolded(made(at=Point(34.7657, 113.678)))
    assert "DTSTART:20261121T110000Z" in lines
    assert "DTEND:20261121T130000Z" in lines
    assert "SUMMARY:红专路夜巡" in lines
    assert "UID:shift-abc@example.org" in lines
    assert "SEQUENCE:2" in lines
    assert "GEO:34.765700;113.678000" in lines
    assert "TRIGGER:-PT60M" in lines
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]


def test_a_cancelled_shift_says_so_and_rings_no_bell() -> None:
    lines = unfolded(made(is_cancelled=True))
    assert "STATUS:CANCELLED" in lines
    assert "BEGIN:VALARM" not in lines


def test_signs_with_a_meaning_are_escaped() -> None:
    assert "DESCRIPTION:带手套\\, 水杯\\; 第二行\\n路径 C:\\\\x" in unfolded(
        made(text="带手套, 水杯; 第二行\r\n路径 C:\\x")
    )


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=400))
def test_no_line_is_longer_than_75_octets_and_nothing_is_lost(text: str) -> None:
    raw = made(text=text)
    assert all(len(line.encode()) <= 75 for line in raw.split("\r\n"))
    said = next(line for line in unfolded(raw) if line.startswith("DESCRIPTION:")).removeprefix("DESCRIPTION:")
    plain = said.replace("\\\\", "\0").replace("\\;", ";").replace("\\,", ",").replace("\\n", "\n").replace("\0", "\\")
    assert plain == text
