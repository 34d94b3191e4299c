"""Every page of the demo street in a real browser: nothing that WCAG 2.2 AA forbids, no script that fails.

The pages are those that following links finds as each role; a page that many roles see is looked at as one of them. Each is shown in
light, dark or elder view, in Chinese or English, in turn, at the size of a phone or of a desk.
"""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

from benchmarks.pages import PageTime
from benchmarks.street import demo_app
from pointsapp.demo.log_ins import LOG_INS
from tests.browser.conftest import Opener
from tests.house.reading import ROOT
from tests.shared import pages_of, the_demo

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")

AXE = ROOT / "static" / "vendor" / "axe-core" / "axe.min.js"
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# A library's own page, drawn by its scripts; a piece that another page takes in.
NOT_OURS = {"api-docs.show_api_docs", "boards.show_wall_screen"}
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
AT_A_DESK = ("/console", "/wall", "/screen", "/api")
LONG_MS = 60_000  # a page that is slow because the machine is busy is not what is looked at here
MODES = ("light", "dark", "elder")
READERS = ["guest", *(each.key for each in LOG_INS)]

# target-size is off in axe unless it is named. `preload` would fetch the sheets anew for a rule that is not of the standard.
LOOK = """async tags => {
  const found = await axe.run(document, {
    runOnly: {type: 'tag', values: tags}, rules: {'target-size': {enabled: true}}, resultTypes: ['violations'],
    iframes: false, preload: false,
  });
  return found.violations.map(one => `${one.id}: ` + one.nodes.slice(0, 3).map(node =>
    node.target.join(' ') + ' (' + ([...node.any, ...node.all, ...node.none][0]?.message ?? '') + ')').join(' | '));
}"""
CALM = "() => document.getAnimations().forEach(one => one.effect?.getTiming().iterations === Infinity ? one.cancel() : one.finish())"


def chosen(rows: list[PageTime]) -> dict[str, list[str]]:
    """Return role -> addresses: each page once, as the roles that see it in turn."""
    seen: dict[str, dict[str, str]] = {}
    for row in rows:
        if row.endpoint not in NOT_OURS:
            seen.setdefault(row.endpoint, {})[row.role] = row.address
    picked: dict[str, list[str]] = {reader: [] for reader in READERS}
    for number, endpoint in enumerate(sorted(seen)):
        roles = sorted(seen[endpoint])
        role = roles[number % len(roles)]
        picked[role].append(seen[endpoint][role])
    return picked


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with demo_app(the_demo(tmp_path_factory, "demo-pages")) as app:
        yield app


@pytest.fixture(scope="module")
def addresses(demo: Flask, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    return chosen(pages_of(demo, tmp_path_factory))


@pytest.fixture(scope="module")
def axe() -> str:
    assert AXE.is_file(), "npm brings axe-core at install time: `make setup`"
    return AXE.read_text("utf-8")


def _look(page: Page, path: str, axe: str, number: int) -> list[str]:
    """Look at one page; its `number` says in which language and light: all pages of a reader together show each."""
    in_english, mode = bool(number % 2), MODES[number // 2 % len(MODES)]
    page.set_viewport_size(DESK if path.startswith(AT_A_DESK) else PHONE)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="dark" if mode == "dark" else "light", reduced_motion="reduce")
    answer = page.goto(
        f"{path}{'&' if '?' in path else '?'}lang={'en' if in_english else 'zh'}", wait_until="load", timeout=LONG_MS
    )
    if answer is None or answer.status != 200:
        return [f"{path}: {answer and answer.status}"]
    if mode == "elder":
        page.evaluate("() => document.documentElement.classList.add('elder')")
    page.evaluate(axe)
    page.evaluate(CALM)
    return [f"{path} {mode} {said}" for said in page.evaluate(LOOK, STANDARD)]


@pytest.mark.parametrize("reader", READERS)
def test_everybody_can_use_every_page(addresses: dict[str, list[str]], on_demo: Opener, axe: str, reader: str) -> None:
    page = on_demo(None if reader == "guest" else reader, viewport=PHONE)
    assert addresses[reader]
    wrong: list[str] = []
    for number, path in enumerate(addresses[reader]):
        wrong += _look(page, path, axe, number)
    assert wrong == []


def test_no_page_was_forgotten(addresses: dict[str, list[str]], demo: Flask) -> None:
    match = demo.url_map.bind("localhost").match
    looked = {match(path.split("?")[0])[0] for paths in addresses.values() for path in paths}
    assert len(looked) > 150
