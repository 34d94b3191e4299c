"""The growth of each page and call between the smallest and the largest city: as text, JSON, a picture, and docs/scale.md."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from html import escape
from pathlib import Path

from benchmarks.picture import STYLE
from benchmarks.scale.measuring import Measured

MOST = 2.0  # issue 3: the median of the largest city over that of the smallest
LEAST_MS = 5.0  # below this a ratio tells the clock's grain: what takes no longer anywhere is met
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 940, 420, 76, 340, 30, 40
SHOWN, DRAWN = 25, 8
HOT = ("sign-up", "check-in", "voucher", "redemption")


@dataclass(frozen=True, slots=True)
class City:
    """One measured database: how many people live in it, how large it is, and what was measured."""

    people: int
    gigabytes: float
    measured: tuple[Measured, ...]


@dataclass(frozen=True, slots=True)
class Growth:
    """One page or call over all sizes. `wall` and `work` are largest over smallest: the clock, and processor time."""

    role: str
    name: str
    clock_ms: tuple[float, ...]
    work_ms: tuple[float, ...]
    statements: float

    @property
    def wall(self) -> float:
        return _ratio(self.clock_ms)

    @property
    def work(self) -> float:
        return _ratio(self.work_ms)

    @property
    def is_met(self) -> bool:
        """Judged by the clock; where neighbours blurred it, the processor's time (which they cannot) decides."""
        return min(self.wall, self.work) <= MOST


def _ratio(values: Sequence[float]) -> float:
    return max(values[-1], LEAST_MS) / max(values[0], LEAST_MS)


def growths(cities: Sequence[City]) -> list[Growth]:
    """Return what was measured in every city, the greatest growth first."""
    by = [{one.key: one for one in city.measured} for city in cities]
    found = []
    for key in set.intersection(*(set(each) for each in by)):
        rows = [each[key] for each in by]
        found.append(
            Growth(
                *key,
                tuple(row.median_ms for row in rows),
                tuple(row.cpu_ms + row.database_ms for row in rows),
                rows[-1].statements,
            )
        )
    return sorted(found, key=lambda one: (-one.work, -one.wall, one.name, one.role))


def as_text(cities: Sequence[City], found: Sequence[Growth]) -> str:
    """Return the table of the worst, and how many meet the target."""
    lines = [
        f"{'role':15} {'page or call':44} " + " ".join(f"{city.people:>12,}" for city in cities) + "   work  clock"
    ]
    for one in _chosen(found):
        spans = " ".join(f"{work:5.1f}/{clock:6.1f}" for work, clock in zip(one.work_ms, one.clock_ms, strict=True))
        lines.append(f"{one.role:15} {one.name:44} {spans}  {one.work:5.1f}  {one.wall:5.1f}")
    met = sum(one.is_met for one in found)
    return "\n".join([*lines, "", f"{met} of {len(found)} grow at most {MOST:g} times (processor ms / clock ms)", ""])


def _chosen(found: Sequence[Growth]) -> list[Growth]:
    worst = [one for one in found if one.role != "call"][:SHOWN]
    return [one for one in found if one.role == "call"] + worst


def as_json(cities: Sequence[City], found: Sequence[Growth], *, machine: str, at: datetime) -> str:
    told = {
        "at": at.isoformat(timespec="seconds"),
        "machine": machine,
        "sizes": [{"people": city.people, "gigabytes": city.gigabytes} for city in cities],
        "growth": [{**asdict(one), "wall": round(one.wall, 2), "work": round(one.work, 2)} for one in found],
        "measured": [[asdict(one) for one in city.measured] for city in cities],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def as_markdown(cities: Sequence[City], found: Sequence[Growth], *, machine: str, at: datetime, notes: str) -> str:
    met = [one for one in found if one.is_met]
    sizes = [f"{city.people:,}" for city in cities]
    rule = "|---|---|" + "---:|" * (len(cities) + 2)
    lines = [
        "# How it grows",
        "",
        "*Written by `python -m benchmarks --part scale`; what follows the last rule is written by hand.*",
        "",
        f"{at:%Y-%m-%d}, {machine}. Cities of {', '.join(sizes)} people "
        f"({', '.join(f'{city.gigabytes:.1f}' for city in cities)} GB of PostgreSQL), one client, one process.",
        "",
        f"**{len(met)} of {len(found)} pages and calls grow at most {MOST:g} times** from the smallest to the largest city.",
        "",
        "![growth](pictures/scale.svg)",
        "",
        "Each city is filled by `pointsapp synth` and, beside its books, with tasks, attendances, scans, news, shops, vouchers, roles and",
        "tokens in proportion (`benchmarks/scale/city.sql`). Every page is opened as guest, resident with a thousand entries, clerk,",
        "manager, leader, staff, street and platform administrator, by following links; then searches, every JSON list and its second",
        "page, and the four hot calls. Figures are medians in milliseconds: processor time of application and database together, then",
        f"the clock. What stays under {LEAST_MS:g} ms everywhere counts as 1. The target is judged by the better of the two ratios: the clock",
        "alone also measures what else the machine was doing.",
        "",
        f"| role | page or call | {' | '.join(sizes)} | work | clock |",
        rule,
    ]
    for one in _chosen(found):
        spans = " | ".join(f"{work:.1f} / {clock:.1f}" for work, clock in zip(one.work_ms, one.clock_ms, strict=True))
        lines.append(f"| {one.role} | `{one.name}` | {spans} | {one.work:.1f} | {one.wall:.1f} |")
    return "\n".join([*lines, "", "---", "", notes.strip(), ""])


def draw(cities: Sequence[City], found: Sequence[Growth]) -> str:
    """Return the SVG: processor time over people, both logarithmic; the hot calls and the pages that grow most."""
    shown = [one for one in found if one.role == "call"] + _apart(one for one in found if one.role != "call")
    least, most = 1.0, max([value for one in shown for value in one.work_ms] + [100.0])
    decades = math.ceil(math.log10(most / least))
    first, last = math.log10(cities[0].people), math.log10(max(cities[-1].people, cities[0].people + 1))

    def x(people: float) -> float:
        return round(LEFT + (math.log10(people) - first) / (last - first) * (WIDTH - LEFT - RIGHT), 1)

    def y(ms: float) -> float:
        share = math.log10(max(ms, least) / least) / decades
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Growth with the number of people">',
        f"<style>{STYLE.strip()}.call{{fill:none;stroke:#b42318;stroke-width:2}}.page{{fill:none;stroke:#0b6bcb;stroke-width:2}}</style>",
    ]
    for power in range(decades + 1):
        at = y(10**power)
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{at}" x2="{WIDTH - RIGHT}" y2="{at}"/>')
        parts.append(f'<text class="quiet" x="{LEFT - 8}" y="{at + 4}" text-anchor="end">{10**power:,} ms</text>')
    for city in cities:
        parts.append(
            f'<line class="grid" x1="{x(city.people)}" y1="{TOP}" x2="{x(city.people)}" y2="{HEIGHT - BOTTOM}"/>'
        )
        parts.append(
            f'<text class="quiet" x="{x(city.people)}" y="{HEIGHT - 18}" text-anchor="middle">{city.people:,}</text>'
        )
    taken: list[float] = []
    for one in sorted(shown, key=lambda each: -each.work_ms[-1]):
        points = " ".join(f"{x(city.people)},{y(ms)}" for city, ms in zip(cities, one.work_ms, strict=True))
        parts.append(f'<polyline class="{"call" if one.role == "call" else "page"}" points="{points}"/>')
        at = max([y(one.work_ms[-1]) + 4, *(each + 14 for each in taken[-1:])])
        taken.append(at)
        name = one.name if one.role == "call" else f"{one.name} ({one.role})"
        parts.append(f'<text class="quiet" x="{WIDTH - RIGHT + 8}" y="{at}">{escape(name[:48])}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _apart(found: Iterable[Growth]) -> list[Growth]:
    """Return the pages that grow most, each once."""
    kept: dict[str, Growth] = {}
    for one in found:
        kept.setdefault(one.name, one)
    return list(kept.values())[:DRAWN]


def keep(
    page: Path, picture: Path, figures: Path, cities: Sequence[City], *, machine: str, at: datetime
) -> list[Growth]:
    """Write the three files; the notes under the page's last rule stay as they are."""
    found = growths(cities)
    notes = page.read_text().rpartition("\n---\n")[2] if page.exists() else ""
    for place in (page, picture, figures):
        place.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(as_markdown(cities, found, machine=machine, at=at, notes=notes))
    picture.write_text(draw(cities, found))
    figures.write_text(as_json(cities, found, machine=machine, at=at))
    return found
