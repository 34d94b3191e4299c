"""Ages: counted by band, no group of fewer than five anywhere, and periods closed before ages were asked for stay as they are."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, date, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import AreaRow, require_area
from pointsapp.core import clock as time
from pointsapp.core.actor import Role
from pointsapp.core.transaction import write
from pointsapp.exports.rules import canonical, digest_of
from pointsapp.people.models import Person
from pointsapp.statistics.models import StatisticSheet
from pointsapp.statistics.queries import area_page
from pointsapp.statistics.rules import BANDS, FIRST, SMALLEST_GROUP, UNSAID, band_of, gathered
from pointsapp.statistics.services import count_running
from tests.conftest import HouseClient
from tests.factories import make_person, make_staff, make_tree

MONTH = "2026-11"
NAMES = [band for _least, band in BANDS]


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (None, UNSAID), (2026, "u18"), (2009, "u18"), (2008, "18"), (1992, "18"), (1991, "35"), (1967, "35"), (1966, "60"),
        (1957, "60"), (1956, "70"), (1947, "70"), (1946, "80"), (1900, "80"),
    ],
)  # fmt: skip
def test_bands_begin_where_they_say(born: int | None, band: str) -> None:
    assert band_of(born, 2026) == band


@st.composite
def populations(draw: st.DrawFn) -> tuple[dict[int | None, dict[str, int]], dict[int | None, int | None]]:
    count = draw(st.integers(1, 9))
    parents: dict[int | None, int | None] = {0: None}
    parents |= {number: draw(st.integers(0, number - 1)) for number in range(1, count)}
    people = st.dictionaries(st.sampled_from([*NAMES, UNSAID]), st.integers(0, 7), max_size=7)
    return {area: draw(people) for area in (*parents, None)}, parents


def _below(area: int | None, parents: Mapping[int | None, int | None]) -> list[int | None]:
    return [area, *(each for child, above in parents.items() if above == area for each in _below(child, parents))]


@given(populations())
def test_no_small_group_stands_anywhere_nor_comes_out_by_subtracting(
    drawn: tuple[dict[int | None, dict[str, int]], dict[int | None, int | None]],
) -> None:
    counts, parents = drawn
    found = gathered(counts, parents)
    for area in (*parents, None):
        inside = [None] if area is None else _below(area, parents)
        for band in NAMES:
            # What an area lists of its own is what is left of its sum without the sums below it.
            assert found[area].get(band, 0) == 0 or found[area][band] >= SMALLEST_GROUP
            assert sum(found[each].get(band, 0) for each in inside) <= sum(counts[each].get(band, 0) for each in inside)
        everybody = sum(sum(counts[each].values()) for each in inside)
        assert sum(sum(found[each].values()) for each in inside) == everybody
        assert sum(found[each][UNSAID] for each in inside) >= sum(counts[each].get(UNSAID, 0) for each in inside)


def test_small_groups_stand_together_one_level_up() -> None:
    parents: dict[int | None, int | None] = {1: None, 2: 1, 3: 1}
    found = gathered({2: {"60": 3, UNSAID: 10}, 3: {"60": 4, "70": 1}, 1: {}}, parents)
    assert found == {2: {UNSAID: 13}, 3: {UNSAID: 5}, 1: {"60": 7, UNSAID: -7}}


@pytest.fixture
def areas(session: Session) -> dict[str, AreaRow]:
    return {name: require_area(session, area.code) for name, area in make_tree(session).items()}


def _people(session: Session, area: AreaRow, born: int | None, count: int) -> None:
    home = session.get(Area, area.id)
    for _number in range(count):
        make_person(session, home, birth_year=born)


def _total(session: Session, area: AreaRow, band: str) -> int:
    return area_page(session, MONTH, area).sums.total[f"age_{band}"]


def test_ages_are_counted_where_people_live(session: Session, areas: dict[str, AreaRow]) -> None:
    _people(session, areas["grid"], 1950, 6)
    _people(session, areas["community"], 1950, 2)
    _people(session, areas["other"], 1950, 3)
    _people(session, areas["other"], 2000, 2)
    _people(session, areas["other"], None, 4)
    write(count_running, now=time.now())
    assert (_total(session, areas["grid"], "70"), _total(session, areas["community"], "70")) == (6, 6)
    assert (_total(session, areas["other"], "70"), _total(session, areas["street"], "70")) == (0, 11)
    assert (_total(session, areas["other"], UNSAID), _total(session, areas["district"], "18")) == (9, 0)
    page = area_page(session, MONTH, areas["district"])
    assert sum(page.sums.total[f"age_{band}"] for band in (*NAMES, UNSAID)) == page.sums.total["registered"] == 17
    assert sum(page.sums.total[f"active_age_{band}"] for band in (*NAMES, UNSAID)) == 0


def _columns(client: HouseClient, area: AreaRow) -> list[str]:
    body = client.get(f"/console/statistics.xlsx?area={area.code}&period={MONTH}").data
    sheet = openpyxl.load_workbook(io.BytesIO(body)).worksheets[0]
    return [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]


def test_ages_on_the_page_in_the_workbook_and_on_paper(
    session: Session, areas: dict[str, AreaRow], client: HouseClient
) -> None:
    _people(session, areas["grid"], 1950, 6)
    write(count_running, now=time.now())
    client.sign_in(make_staff(session, session.get_one(Area, areas["street"].id), Role.STREET_ADMIN))
    page = client.get("/console/statistics?group=ages").text
    assert "70–79 岁" in page
    assert "自愿填写" in page
    assert '<td class="num">—</td>' in page, "a band in which nobody is listed may hold one to four"
    assert '<td class="num">0</td>' in page, "nobody who did not say is nought"
    words = _columns(client, areas["street"])
    assert "70–79 岁" in words
    assert "参加的人 70–79 岁" in words
    path = f"/console/statistics/print?area={areas['street'].code}&period={MONTH}"
    assert "70–79 岁" in client.get(f"{path}&group=ages").text
    assert "70–79 岁" not in client.get(f"{path}&group=people").text


def test_a_period_closed_before_ages_were_asked_for_stays(
    session: Session, areas: dict[str, AreaRow], client: HouseClient
) -> None:
    """Its digests stay, too: whoever wrote one down finds the same."""
    code, name = areas["street"].code, areas["street"].name
    line = {"id": "x", "code": code, "name": name, "kind": "street", "parent": None, "figures": {"registered": 3}}
    content = canonical(
        {
            "format": 1, "period": MONTH, "first_on": "2026-11-01", "last_on": "2026-11-30",
            "cut_off": "2026-12-01T00:00:00+08:00", "areas": [line], "elsewhere": {},
        }
    )  # fmt: skip
    session.add(
        StatisticSheet(
            period=MONTH, first_on=date(2026, 11, 1), last_on=date(2026, 11, 30), digest=digest_of(content),
            cut_off_at=datetime(2026, 11, 30, 16, tzinfo=UTC), closed_at=time.now(), content=content,
        )
    )  # fmt: skip
    session.commit()
    page = area_page(session, MONTH, areas["street"])
    then = {
        "period": MONTH, "cut_off": "2026-12-01T00:00:00+08:00", "area": code, "below": {},
        "total": dict.fromkeys(FIRST, 0) | {"registered": 3},
    }  # fmt: skip
    assert page.digest == digest_of(canonical(then))
    client.sign_in(make_staff(session, session.get_one(Area, areas["street"].id), Role.STREET_ADMIN))
    shown = client.get(f"/console/statistics?group=ages&period={MONTH}").text
    assert "没有按年龄统计" in shown
    assert "70–79 岁" not in shown
    assert "70–79 岁" not in _columns(client, areas["street"])
    paper = client.get(f"/console/statistics/print?area={code}&period={MONTH}&group=ages").text
    assert "登记志愿者" in paper
    assert "70–79 岁" not in paper


def test_a_year_taken_back_is_not_counted_any_more(session: Session, areas: dict[str, AreaRow]) -> None:
    _people(session, areas["grid"], 1950, 5)
    write(count_running, now=time.now())
    assert _total(session, areas["grid"], "70") == 5
    session.execute(
        update(Person).where(Person.id == session.query(Person.id).limit(1).scalar()).values(birth_year=None)
    )
    session.commit()
    write(count_running, now=time.now())
    assert (_total(session, areas["grid"], "70"), _total(session, areas["district"], UNSAID)) == (0, 5)
