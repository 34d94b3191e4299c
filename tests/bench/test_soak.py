"""What a long run is judged by: each server's memory, its growth once it is warm, and answers that must not be."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from benchmarks.soak import Sample, Soak, as_markdown


def _run(held: list[float], *, minutes: float = 15, statuses: dict[int, int] | None = None) -> Soak:
    samples = [
        Sample(at_s=15.0 * n, rate=100, resident_mb={"server 1": mb, "worker": 99}) for n, mb in enumerate(held, 1)
    ]
    return Soak(datetime.now(UTC), minutes, "18", samples, Counter(statuses or {200: 900, 201: 90, 503: 9}))


WARM = [120.0, 130, 131, 131, 131, 131, 131, 131]


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (_run(WARM), []),
        (_run([100.0, 110, 112, 114, 116, 118, 120, 122]), ["server 1 grew by 7.1%"]),
        (_run([100.0, 110, 112, 114, 116, 118, 120, 122], minutes=2), []),
        (_run([*WARM[:-1], 151.0]), ["server 1 held 151 MB", "server 1 grew by 7.6%"]),
        (_run(WARM, statuses={200: 5, 500: 2}), ["2 x 500"]),
    ],
)
def test_what_a_long_run_must_not_show(run: Soak, words: list[str]) -> None:
    assert run.broken() == words
    page = as_markdown(run)
    assert ("BROKEN" in page) == bool(words)
    assert f"| {run.samples[-1].resident_mb['server 1']:.0f} | 99 |" in page
