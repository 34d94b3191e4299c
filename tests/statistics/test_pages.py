"""The page, the paper and the workbook say the same figures, and their rows add up."""

from __future__ import annotations

import io
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from pointsapp.core import clock as time
from pointsapp.core.actor import Role
from pointsapp.core.transaction import write
from pointsapp.statistics.messages import figure_words
from pointsapp.statistics.services import count_running
from tests.conftest import HouseClient
from tests.factories import make_staff
from tests.statistics.test_services import Street


@pytest.fixture
def street(session: Session) -> Street:
    return Street(session)


def _minutes(word: str) -> int:
    hours, minutes = word.replace(",", "").split(":")
    return int(hours) * 60 + int(minutes)


def test_time_adds_up_to_the_minute(street: Street, client: HouseClient) -> None:
    for place, minutes in (("grid", 50), ("other", 65), ("other", 7)):
        street.earns(street.person(place), 10, minutes=minutes)
    write(count_running, now=time.now())
    session = street.session
    client.sign_in(make_staff(session, session.merge(street.areas["street"]), Role.STREET_ADMIN))
    asked = f"area={street.areas['street'].code}&group=work"
    cells = [
        _minutes(word)
        for word in re.findall(r"<td[^>]*>([\d,]+:\d\d)</td>", client.get(f"/console/statistics?{asked}").text)
    ]
    assert sorted(cells) == [50, 72, 122]
    paper = client.get(f"/console/statistics/print?{asked}").text
    assert "2:02" in paper
    book = load_workbook(io.BytesIO(client.get(f"/console/statistics.xlsx?{asked}").data), read_only=True)
    rows = [row for sheet in book for row in sheet.iter_rows(values_only=True)]
    head = next(row for row in rows if "服务时长（分钟）" in row)
    at = head.index("服务时长（分钟）")
    assert [row[at] for row in rows[rows.index(head) + 1 :] if isinstance(row[at], int)] == [50, 72, 122]


@pytest.mark.parametrize(
    ("name", "amount", "word"),
    [
        ("minutes", 0, "0:00"),
        ("minutes", 61, "1:01"),
        ("minutes", -65, "-1:05"),
        ("minutes", 74_105, "1,235:05"),
        ("settled_fen", -105, "-1.05"),
    ],
)
def test_figures_as_people_read_them(name: str, amount: int, word: str) -> None:
    assert figure_words(name, amount) == word
