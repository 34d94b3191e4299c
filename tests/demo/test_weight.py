"""What a phone's first view weighs on the line: the page, its styles and its scripts, packed as they are sent, with their headers;
and for a phone so old that its pages go plain (web/packing.py), a little more.

Left out as the goal leaves them out: pictures, and the scanner's engine, which a phone keeps. Left out, too, is the charts' library:
only the pages of branches name it, and charts.js asks for it when a chart comes near.
"""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from benchmarks.pages import PageTime, signed_in_client
from pointsapp.demo.log_ins import LOG_INS
from pointsapp.web.security import limiter
from tests.shared import pages_of

MOST = 100_000  # bytes
MOST_PLAIN = 110_000
MODERN = {"Accept-Encoding": "gzip", "Sec-Fetch-Site": "none"}
IS_PHONE = re.compile(r'<body class="(?:phone|till)\b')
PART = re.compile(r"/static/[\w./-]+\.(?:css|js)\?v=\w+")
LATER = "/echarts.min.js"
WITH_CHARTS = {"stars.show_branch", "contest.show_comparison"}


class Scale:
    """Weighs pages; what several pages share is fetched once."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self._known: dict[str, int] = {}

    def part(self, path: str) -> int:
        if path not in self._known:
            answer = self.client.get(path, headers={"Accept-Encoding": "gzip"})
            assert answer.status_code == 200, path
            self._known[path] = len(answer.get_data()) + len(str(answer.headers))
            answer.close()
        return self._known[path]


@pytest.fixture(scope="module")
def heaviest(demo: Flask, tmp_path_factory: pytest.TempPathFactory) -> list[PageTime]:
    """Each page once, as whoever has most on it."""
    most: dict[str, PageTime] = {}
    for row in pages_of(demo, tmp_path_factory):
        if row.endpoint not in most or row.kilobytes > most[row.endpoint].kilobytes:
            most[row.endpoint] = row
    return list(most.values())


def test_a_phones_first_view_is_light(demo: Flask, heaviest: list[PageTime]) -> None:
    clients = {"guest": demo.test_client()} | {each.key: signed_in_client(demo, each.phone) for each in LOG_INS}
    scale = Scale(demo.test_client())
    weights: dict[str, int] = {}
    plain: dict[str, int] = {}
    charted = set()
    for row in heaviest:
        limiter.reset()
        answer = clients[row.role].get(row.address)
        text = answer.get_data(as_text=True)
        if not IS_PHONE.search(text):
            continue
        parts = {path for path in PART.findall(text) if LATER not in path}
        if LATER in text:
            charted.add(row.endpoint)
        packed = clients[row.role].get(row.address, headers=MODERN)
        around = len(str(packed.headers)) + sum(map(scale.part, parts))
        weights[row.address] = len(packed.get_data()) + around
        plain[row.address] = len(answer.get_data()) + around
    assert len(weights) > 80
    assert {path: weight for path, weight in weights.items() if weight >= MOST} == {}
    assert {path: weight for path, weight in plain.items() if weight >= MOST_PLAIN} == {}
    assert charted <= WITH_CHARTS, "on a phone charts are SVG made on the server, but for pages of branches"
    assert "stars.show_branch" in charted
