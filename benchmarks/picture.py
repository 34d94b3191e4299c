"""The bench as a picture: acts per second on a logarithmic axis, ours beside the limit and the floor. Readable on light and dark."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape

from benchmarks.figures import FEW, FLOOR, MANY, TITLES, Figure

WIDTH, LEFT, RIGHT, TOP, ROW, BOTTOM = 860, 250, 40, 64, 34, 44
LEAST = 10
STYLE = """
text{font:14px system-ui,sans-serif;fill:#1f2933}.quiet{fill:#52606d;font-size:12px}.grid{stroke:#cbd2d9}
.ours{fill:#b42318}.many{fill:none;stroke:#b42318;stroke-width:2}.limit{fill:#0b6bcb}.floor{stroke:#2f6f3e;stroke-width:2;stroke-dasharray:5 4}
@media (prefers-color-scheme:dark){text{fill:#e4e7eb}.quiet{fill:#9aa5b1}.grid{stroke:#3e4c59}
.ours{fill:#ff8a80}.many{stroke:#ff8a80}.limit{fill:#7cc4ff}.floor{stroke:#8bd49c}}
"""


def draw(figures: Sequence[Figure]) -> str:
    """Return the SVG: one line per act and database, with the figures at few and at many clients."""
    lines = list(dict.fromkeys((each.dialect, each.act) for each in figures if each.act != FLOOR))
    by = {(each.dialect, each.act, each.clients): each for each in figures}
    greatest = max([each.rate for each in figures] + [each.limit or 0 for each in figures] + [LEAST * 10])
    decades = math.ceil(math.log10(greatest / LEAST))
    height = TOP + ROW * len(lines) + BOTTOM

    def x(rate: float) -> float:
        share = math.log10(max(rate, LEAST) / LEAST) / decades
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="Acts per second">',
        f"<style>{STYLE.strip()}</style>",
        *_legend(),
    ]
    for power in range(decades + 1):
        at, rate = x(LEAST * 10**power), LEAST * 10**power
        parts.append(f'<line class="grid" x1="{at}" y1="{TOP - 8}" x2="{at}" y2="{height - BOTTOM}"/>')
        parts.append(f'<text class="quiet" x="{at}" y="{height - BOTTOM + 18}" text-anchor="middle">{rate:,}</text>')
    parts.append(f'<text class="quiet" x="{LEFT}" y="{height - 6}">acts per second, logarithmic</text>')
    floor = by.get(("postgresql", FLOOR, FEW))
    if floor:
        at = x(floor.rate)
        parts.append(f'<line class="floor" x1="{at}" y1="{TOP - 8}" x2="{at}" y2="{height - BOTTOM}"/>')
    for number, (dialect, act) in enumerate(lines):
        y = TOP + ROW * number + ROW / 2
        name = TITLES[act] + (", SQLite" if dialect == "sqlite" else "")
        parts.append(f'<text x="{LEFT - 14}" y="{y + 5}" text-anchor="end">{escape(name)}</text>')
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{y}" x2="{WIDTH - RIGHT}" y2="{y}"/>')
        parts += _marks(by.get((dialect, act, FEW)), by.get((dialect, act, MANY)), x, y)
    return "\n".join([*parts, "</svg>", ""])


def _legend() -> list[str]:
    return [
        f'<circle class="ours" cx="{LEFT + 6}" cy="20" r="6"/><text x="{LEFT + 18}" y="25">{FEW} clients</text>',
        f'<circle class="many" cx="{LEFT + 116}" cy="20" r="6"/><text x="{LEFT + 128}" y="25">{MANY} clients</text>',
        f'<rect class="limit" x="{LEFT + 226}" y="14" width="11" height="11"/><text x="{LEFT + 244}" y="25">limit (pgbench)</text>',
        f'<line class="floor" x1="{LEFT + 372}" y1="12" x2="{LEFT + 372}" y2="30"/><text x="{LEFT + 382}" y="25">floor (Flask echo)</text>',
    ]


def _marks(few: Figure | None, many: Figure | None, x: Callable[[float], float], y: float) -> list[str]:
    parts = []
    if few and few.limit:
        parts.append(f'<rect class="limit" x="{x(few.limit) - 5}" y="{y - 5}" width="11" height="11"/>')
    if many:
        parts.append(f'<circle class="many" cx="{x(many.rate)}" cy="{y}" r="6"/>')
    if few:
        parts.append(f'<circle class="ours" cx="{x(few.rate)}" cy="{y}" r="6"/>')
        parts.append(f'<text class="quiet" x="{x(few.rate)}" y="{y - 9}" text-anchor="middle">{few.rate:,.0f}</text>')
    return parts
