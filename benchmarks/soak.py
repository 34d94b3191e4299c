"""The long run: a mixed load for many minutes, and what each process holds of memory meanwhile.

Every round is a new shift: people nobody has used yet sign up, scan, read their points and take a voucher, one after the other on one
connection; others sign up for a day in the future and read boards, tasks and the first page. Bounded in time and in people; it speaks
to nobody but the server it has started on this machine.
"""

from __future__ import annotations

import json
import platform
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from statistics import mean

from benchmarks import cores
from benchmarks.world import API, World, furnish
from benchmarks.wrk import Request, load
from proof import books
from proof.place import Place, opened
from proof.report import machine
from proof.street import Person

ROUND_S, CLIENTS = 15.0, 8
FRESH, USUAL = 40, 160  # people of a round: who come for the first time, and who look
MOST_MB, MOST_GROWTH = 150.0, 0.02  # of a server process; its growth from the second quarter of the run to the last
ANSWERS = frozenset({200, 201, 403, 409, 503})  # 403 and 409: repeats of acts that are over; 503: the gate


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One moment: seconds since the begin, answers per second of the round before, resident megabytes by process."""

    at_s: float
    rate: float
    resident_mb: dict[str, float]


@dataclass
class Soak:
    """A whole run."""

    at: datetime
    minutes: float
    version: str = ""
    samples: list[Sample] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    breaches: list[str] = field(default_factory=list)

    def servers(self) -> list[str]:
        return [name for name in self.samples[-1].resident_mb if name.startswith("server")]

    def growth(self, name: str) -> float:
        """Return the share by which a process grew between the second and the last quarter: the first warms it up."""
        held = [sample.resident_mb[name] for sample in self.samples if name in sample.resident_mb]
        quarter = max(1, len(held) // 4)
        before = mean(held[quarter : 2 * quarter] or held)
        return mean(held[-quarter:]) / before - 1

    def broken(self) -> list[str]:
        """Return what the run showed that it must not; growth is judged when there was time to see any."""
        found = list(self.breaches)
        found += [f"{number} x {status}" for status, number in self.statuses.items() if status not in ANSWERS]
        for name in self.servers():
            if (most := max(sample.resident_mb.get(name, 0) for sample in self.samples)) > MOST_MB:
                found.append(f"{name} held {most:.0f} MB")
            if self.minutes >= 10 and (grown := self.growth(name)) > MOST_GROWTH:
                found.append(f"{name} grew by {grown:.1%}")
        return found


def soak(minutes: float, say: Callable[[str], None]) -> Soak:
    """Load a server on PostgreSQL, with its worker beside it, for so many minutes."""
    rounds = max(1, round(minutes * 60 / ROUND_S))
    result = Soak(datetime.now(UTC), minutes)
    with opened("postgresql", works=False) as place, place.working() as worker:
        result.version = str(place.rows("SELECT current_setting('server_version') AS v")[0]["v"]).split(" ")[0]
        world = furnish(place, people=FRESH * rounds + USUAL, runs=1)
        watched = _processes(place, worker)
        begun = time.monotonic()
        while (passed := time.monotonic() - begun) < minutes * 60:
            seen = load(
                place.server.url, _requests(world, len(result.samples)), clients=CLIENTS, seconds=ROUND_S,
                folder=place.folder, goes_round=True,
            )  # fmt: skip
            result.statuses += seen.statuses
            held = {name: cores.resident_mb(pid) for name, pid in watched.items()}
            result.samples.append(Sample(at_s=passed + ROUND_S, rate=seen.answers / seen.seconds, resident_mb=held))
            told = ", ".join(f"{name} {mb:.0f} MB" for name, mb in held.items())
            say(f"{result.samples[-1].at_s / 60:5.1f} min  {result.samples[-1].rate:6.0f}/s  {told}")
        with place.looking() as connection:
            result.breaches = [each.rule.promise for each in books.breaches(connection)]
    return result


def _processes(place: Place, worker: int) -> dict[str, int]:
    """Name what is watched: the processes that answer people, the first one that started them, the worker."""
    first = place.server.process.pid
    below = [pid for pid in cores.family(first)[1:] if cores.resident_mb(pid) > 40]  # not the interpreter's own helper
    return {**{f"server {number}": pid for number, pid in enumerate(below, 1)}, "serve": first, "worker": worker}


def _requests(world: World, number: int) -> list[Request]:
    """Return one round's requests, so placed that all of one person go over one connection, in order."""
    street = world.street
    fresh = street.residents[USUAL + number * FRESH :][:FRESH]
    usual = street.residents[:USUAL]
    now_, later = street.meeting(FRESH, starts_in=5, minutes=30)["shifts"][0]["id"], street.task([(*street.day(), 500)], points=1)["shifts"][0]["id"]  # fmt: skip
    code = street.venue_code(now_)

    def come(who: Person) -> list[Request]:
        return [
            Request(method="POST", path=f"{API}/shifts/{now_}/signups", token=who.token),
            Request(method="POST", path=f"{API}/checkins", token=who.token, body={"code": code}),
            Request(method="GET", path=f"{API}/me/points", token=who.token),
            Request(method="POST", path=f"{API}/offers/{world.offer}/vouchers", token=who.token),
            Request(method="GET", path=f"{API}/me/vouchers", token=who.token),
        ]

    def look(who: Person, cookie: str) -> list[Request]:
        return [
            Request(method="POST", path=f"{API}/shifts/{later}/signups", token=who.token),
            Request(method="GET", path=f"{API}/leaderboards/residents?limit=50&period=month", token=who.token),
            Request(method="GET", path=f"{API}/tasks?open=true&limit=20", token=who.token),
            Request(method="GET", path="/", cookie=f"session={cookie}"),
            Request(method="GET", path=f"{API}/me/points/entries", token=who.token),
        ]

    acts = [come(each) for each in fresh] + [look(*each) for each in zip(usual, world.cookies, strict=False)]
    lanes = [[request for act in acts[lane::CLIENTS] for request in act] for lane in range(CLIENTS)]
    return [request for row in zip_longest(*lanes, fillvalue=lanes[0][0]) for request in row]


def as_markdown(result: Soak) -> str:
    """Return the page docs/soak.md."""
    names = list(result.samples[-1].resident_mb)
    broken = result.broken()
    step = max(1, len(result.samples) // 20)
    shown: Sequence[Sample] = [*result.samples[::step], *result.samples[-1:]]
    lines = [
        "# The long run", "", "*Written by `make bench ARGS=\"--part soak --minutes 15\"`; do not edit.*", "",
        f"**{'Holds' if not broken else 'BROKEN: ' + '; '.join(broken)}: {result.minutes:g} minutes, "
        f"{sum(result.statuses.values()):,} answers.**", "",
        f"Held {result.at:%Y-%m-%d %H:%M} UTC. {machine({'postgresql': result.version})}", "",
        f"{CLIENTS} clients without a pause: in every round of {ROUND_S:.0f} s {FRESH} people sign up for a new shift, scan, take a "
        f"voucher and read, and {USUAL} sign up for a day in the future and read the board, the tasks, the first page and their entries; "
        f"the worker runs beside. Answers: {', '.join(f'{number:,} x {status}' for status, number in sorted(result.statuses.items()))}.", "",
        f"Wanted: every server process under {MOST_MB:.0f} MB, and in the last quarter at most {MOST_GROWTH:.0%} above the second. "
        f"Growth: {', '.join(f'{name} {result.growth(name):+.1%}' for name in names)}.", "",
        f"| minute | answers/s | {' | '.join(f'{name}, MB' for name in names)} |", f"|---:|---:|{'---:|' * len(names)}",
        *(f"| {each.at_s / 60:.1f} | {each.rate:.0f} | {' | '.join(f'{each.resident_mb[name]:.0f}' for name in names)} |" for each in shown),
        "",
    ]  # fmt: skip
    return "\n".join(lines)


def keep(result: Soak, markdown: Path, machine_readable: Path) -> None:
    """Write the page and the samples."""
    told = {
        "at": result.at.isoformat(timespec="seconds"), "platform": platform.machine(), "minutes": result.minutes,
        "broken": result.broken(), "samples": [asdict(each) for each in result.samples],
    }  # fmt: skip
    markdown.parent.mkdir(parents=True, exist_ok=True)
    markdown.write_text(as_markdown(result))
    machine_readable.write_text(json.dumps(told, indent=1) + "\n")
