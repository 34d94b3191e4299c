"""The curve's arithmetic: what counts as growth, what is judged, what is drawn and kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

from benchmarks.scale.curve import City, growths, keep
from benchmarks.scale.measuring import Measured, _named


def one(name: str, clock: float, work: float, role: str = "staff") -> Measured:
    return Measured(
        role=role, name=name, median_ms=clock, greatest_ms=clock, statements=3, cpu_ms=work / 2, database_ms=work / 2
    )


def cities() -> list[City]:
    small = (
        one("steady", 20, 10),
        one("tiny", 0.5, 0.2),
        one("grows", 20, 10),
        one("blurred", 20, 10),
        one("gone", 5, 5),
    )
    large = (one("steady", 30, 12), one("tiny", 4.0, 2.0), one("grows", 90, 60), one("blurred", 90, 11))
    return [City(10_000, 0.2, small), City(1_000_000, 13.0, (*large, one("sign-up", 9, 9, "call")))]


def test_growth_is_judged_by_the_ratio_that_neighbours_cannot_blur() -> None:
    found = {each.name: each for each in growths(cities())}
    assert set(found) == {"steady", "tiny", "grows", "blurred"}, "only what every city has"
    assert found["grows"].work == 6.0
    assert found["grows"].wall == 4.5
    assert {name for name, each in found.items() if not each.is_met} == {"grows"}
    assert found["tiny"].wall == 1.0, "what is quick everywhere tells the clock's grain, not growth"
    assert growths(cities())[0].name == "grows"


def test_the_page_keeps_what_was_written_by_hand(tmp_path: Path) -> None:
    page, picture, figures = tmp_path / "scale.md", tmp_path / "scale.svg", tmp_path / "scale.json"
    keep(page, picture, figures, cities(), machine="two cores", at=datetime(2026, 11, 21, tzinfo=UTC))
    page.write_text(page.read_text() + "## By hand\n\nWhy it grows.\n")
    keep(page, picture, figures, cities(), machine="two cores", at=datetime(2026, 11, 22, tzinfo=UTC))
    told = page.read_text()
    assert "2026-11-22" in told
    assert told.endswith("## By hand\n\nWhy it grows.\n")
    assert "**3 of 4 pages and calls grow at most 2 times**" in told
    assert "| staff | `grows` | 10.0 / 20.0 | 60.0 / 90.0 | 6.0 | 4.5 |" in told
    drawn = ElementTree.fromstring(picture.read_text())
    lines = drawn.findall("{http://www.w3.org/2000/svg}polyline")
    assert len(lines) == 4
    assert json.loads(figures.read_text())["sizes"][1] == {"people": 1_000_000, "gigabytes": 13.0}


def test_a_search_is_named_with_its_words_and_a_page_with_its_filter() -> None:
    assert _named("tasks.show_tasks", "/tasks?q=abc&cursor=xyz") == "tasks.show_tasks?cursor&q=abc"
    assert _named("tasks.show_tasks", "/tasks") == "tasks.show_tasks"
