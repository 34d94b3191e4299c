"""The report: what was tried, with how many at once, what must never happen, what was seen. For a shop owner or an auditor."""

from __future__ import annotations

import json
import os
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from proof import books
from proof.place import WORKERS
from proof.trial import Outcome

NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
TOLD = 20  # breaches told in full


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All outcomes of one proof, and where and how it was held."""

    outcomes: Sequence[Outcome]
    crowd: int
    rounds: int
    seed: str
    seconds: float
    databases: dict[str, str]  # dialect -> the server's version
    at: datetime

    @property
    def holds(self) -> bool:
        return bool(self.outcomes) and all(outcome.holds for outcome in self.outcomes)

    def as_text(self) -> str:
        """Return the report for the screen."""
        lines = ["", f"THE PROOF  {self._when()}", machine(self.databases), ""]
        for key, group in self._by_trial():
            trial = group[0].trial
            lines += [f"{trial.title}  [{key}]", f"  tried   {trial.tried}", f"  scale   {_scale(group)}"]
            lines += [f"  never   {each}" for each in trial.never]
            lines += [f"  seen    {number:>6} x {said:<24} {words}" for said, number, words in _answers(group)]
            lines += [f"  BROKEN  {each}" for each in _breaches(group)]
            lines += [f"  verdict {self._verdict(group)}", ""]
        return "\n".join([*lines, self._sum(), ""])

    def as_markdown(self) -> str:
        """Return the report for docs/proof.md."""
        lines = [
            "# The proof",
            "",
            "*Written by `make proof`; do not edit.*",
            "",
            f"**{self._sum()}**",
            "",
            f"Held {self._when()}. {machine(self.databases)}",
            "",
            "Each trial lets many clients press at the same moment against the running server (`pointsapp serve` with "
            f"{WORKERS} processes, and `pointsapp worker` beside it), over HTTP, through the JSON API that phones and tills use, "
            "with the limits as shipped. Then the tables are asked by plain SQL that shares no code with the application "
            f"({len(books.RULES)} rules, below), `pointsapp ledger verify` adds up the books, people read their own account over "
            "the API, and every answer that was given is compared with what is kept: a yes must be there exactly once, a no "
            "must have given the true reason. Any answer that the contract does not name for the trial, any 500 and any silence "
            "breaks the proof.",
            "",
            "| trial | at once | requests | checks | verdict |",
            "|---|---:|---:|---:|---|",
        ]
        for _key, group in self._by_trial():
            lines.append(
                f"| {group[0].trial.title} | {max(o.at_once for o in group)} | {sum(o.requests for o in group):,} "
                f"| {sum(o.checks for o in group):,} | {self._verdict(group)} |"
            )
        for key, group in self._by_trial():
            trial = group[0].trial
            lines += [
                "",
                f"## {trial.title}",
                "",
                f"{trial.tried} {_scale(group)}.",
                "",
                "Must never happen: " + "; ".join(trial.never) + ".",
                "",
            ]
            lines += ["| answer | times | meaning |", "|---|---:|---|"]
            lines += [f"| `{said}` | {number:,} | {words} |" for said, number, words in _answers(group)]
            lines += ["", *(f"- **Broken:** {each}" for each in _breaches(group))]
            lines.append(f'Verdict: **{self._verdict(group)}** (`make proof ARGS="--only {key}"`).')
        lines += ["", "## What the tables are asked after every trial", ""]
        lines += [f"- **{rule.name}**: {rule.promise}" for rule in books.RULES]
        lines += [
            "",
            "## What it does not show",
            "",
            "Crashes, cut lines and full disks (`make chaos`); check-out, whose minutes take real time (tests/checkin/); arrivals "
            "taken down offline, which have no door yet. Three things are done by the application's services instead of a door "
            "of its own: setting the day's cap, confirming a month, and a second worker that expires vouchers; redemptions are "
            "moved into an earlier month by hand. Time is read when a request arrives: a use that came in time may be finished "
            "a moment after another till was told that the time is over.",
        ]
        lines += ["", "## 中文摘要", "", self._chinese(), ""]
        return "\n".join(lines)

    def as_json(self) -> str:
        return json.dumps(
            {
                "at": self.at.isoformat(timespec="seconds"),
                "holds": self.holds,
                "seed": self.seed,
                "crowd": self.crowd,
                "rounds": self.rounds,
                "seconds": round(self.seconds),
                "databases": self.databases,
                "outcomes": [
                    {
                        "trial": o.trial.key, "database": o.dialect, "round": o.round, "seed": o.seed, "at_once": o.at_once,
                        "requests": o.requests, "came_again": o.busy, "answers": dict(o.answers), "checks": o.checks,
                        "broken": o.broken, "seconds": round(o.seconds, 2),
                    }
                    for o in self.outcomes
                ],
            },
            ensure_ascii=False,
            indent=1,
        )  # fmt: skip

    def _by_trial(self) -> list[tuple[str, list[Outcome]]]:
        order = {outcome.trial.key: number for number, outcome in reversed(list(enumerate(self.outcomes)))}
        ranked = sorted(self.outcomes, key=lambda outcome: order[outcome.trial.key])
        return [(key, list(group)) for key, group in groupby(ranked, key=lambda outcome: outcome.trial.key)]

    def _verdict(self, group: Sequence[Outcome]) -> str:
        broken = [outcome for outcome in group if not outcome.holds]
        if not broken:
            return "holds"
        where = ", ".join(f"{NAMES[outcome.dialect]} round {outcome.round} (seed {outcome.seed})" for outcome in broken)
        return f"BROKEN on {where}"

    def _sum(self) -> str:
        outcomes = self.outcomes
        figures = (
            f"{len(outcomes)} trials, {sum(o.requests for o in outcomes):,} requests in crowds of up to "
            f"{max((o.at_once for o in outcomes), default=0)}, {sum(o.checks for o in outcomes):,} checks in {self.seconds:.0f} s"
        )
        busy = sum(o.busy for o in outcomes)
        figures += f"; {busy:,} times the server was busy, said so, and the client pressed again" if busy else ""
        broken = [outcome for outcome in outcomes if not outcome.holds]
        return f"The proof holds: {figures}." if self.holds else f"THE PROOF IS BROKEN in {len(broken)} of {figures}."

    def _when(self) -> str:
        return f"{self.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, seed `{self.seed}`, {self.rounds} rounds per database"

    def _chinese(self) -> str:
        verdict = "全部通过" if self.holds else "**有未通过的项目，见上文**"
        return (
            f"{self.at:%Y年%m月%d日}，最多 {max((o.at_once for o in self.outcomes), default=0)} 个客户端在同一时刻向正在运行的服务器发出请求"
            f"（SQLite 和 PostgreSQL 各 {self.rounds} 轮）：抢最后的名额、候补与取消、同一个码在几台手机上扫、名单与扫码同时签到、每日上限、"
            "兑换与库存、核销与取消与过期、两台收银同扫一个码、结算与撤销、预算被同时用完。每次之后核对数据库和接口："
            f"名额、库存、限额、一码一用、账目平衡、时长和积分与签到一致，拒绝的理由真实。结论：{verdict}。"
        )


def machine(databases: Mapping[str, str]) -> str:
    """Say on what it was held, in one line; `databases` gives the version of each dialect."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    stores = " and ".join(f"{NAMES[dialect]} {version}" for dialect, version in databases.items())
    return (
        f"Machine: {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}; clients, server and database share it. {stores}."
    )


def _scale(group: Sequence[Outcome]) -> str:
    each = Counter(NAMES[outcome.dialect] for outcome in group)
    rounds = ", ".join(f"{number} on {name}" for name, number in each.items())
    return (
        f"Up to {max(o.at_once for o in group)} requests at the same moment; rounds: {rounds}; "
        f"{sum(o.requests for o in group):,} requests and {sum(o.checks for o in group):,} checks in all"
    )


def _answers(group: Sequence[Outcome]) -> list[tuple[str, int, str]]:
    total: Counter[str] = Counter()
    for outcome in group:
        total.update(outcome.answers)
    words = group[0].trial.words
    return [(said, number, words.get(said, "NOT EXPLAINED")) for said, number in sorted(total.items())]


def _breaches(group: Sequence[Outcome]) -> list[str]:
    told = [f"{NAMES[o.dialect]}, round {o.round}: {each}" for o in group for each in o.broken]
    return told[:TOLD] + ([f"and {len(told) - TOLD} more"] if len(told) > TOLD else [])


def keep(report: Report, markdown: Path, machine_readable: Path) -> None:
    """Write the report for people and for programs."""
    for file, told in ((markdown, report.as_markdown()), (machine_readable, report.as_json() + "\n")):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(told)
