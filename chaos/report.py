"""The report: what was done to whom, what people saw of it, how long it took to mend, and whether everything still holds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from chaos import overload
from chaos.fault import Fault, Outcome
from chaos.machine import CLUSTER
from chaos.overload import Overload
from proof import books
from proof.place import WORKERS
from proof.report import NAMES, machine

NOT_SHOWN = (
    "A worker that runs is a process that lives; that it works again is seen by the news it delivers, within 20 s after each fault.",
    "Uploads: no file is handed in while a fault strikes; what a full disk answers to one is tested apart (tests/core/test_uploads.py).",
    "A cluster over several machines: its three nodes are processes of one machine; no network between them is cut, and no machine "
    "hangs half alive (docs/cluster.md tells of the watchdog).",
    "A machine that loses its power: kill -9 leaves what the operating system holds, a power cut does not. PostgreSQL runs as "
    "shipped (fsync on); SQLite runs with synchronous=NORMAL, where a power cut may lose the last commits, never a part of one.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All outcomes of one chaos, and where and how it was held."""

    outcomes: Sequence[Outcome]
    seed: str
    seconds: float
    databases: dict[str, str]  # dialect -> the server's version
    at: datetime
    floods: Sequence[Overload] = ()

    @property
    def run(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if not outcome.not_run]

    @property
    def holds(self) -> bool:
        return bool(self.run or self.flooded) and all(each.holds for each in (*self.outcomes, *self.floods))

    @property
    def flooded(self) -> list[Overload]:
        return [each for each in self.floods if not each.not_run]

    def as_text(self) -> str:
        """Return the report for the screen."""
        lines = ["", f"CHAOS  {self._when()}", machine(self.databases), ""]
        for fault, group in self._by_fault():
            lines += [f"{fault.title}  [{fault.key}]", f"  done    {fault.done}", f"  mended  {fault.mended_by}"]
            for outcome in group:
                lines += [f"  seen    {NAMES[outcome.dialect]}: {_seen(outcome)}"]
                lines += [f"  BROKEN  {each}" for each in outcome.broken]
            lines += [f"  verdict {_verdict(group)}", ""]
        for flood in self.floods:
            lines += [f"Overload on {NAMES[flood.dialect]}: {flood.not_run or 'see above'}"]
            lines += [f"  BROKEN  {each}" for each in flood.broken]
        return "\n".join([*lines, self._sum(), ""])

    def as_markdown(self) -> str:
        """Return the report for docs/chaos.md."""
        lines = [
            "# Chaos",
            "",
            "*Written by `make chaos`; do not edit.*",
            "",
            f"**{self._sum()}**",
            "",
            f"Held {self._when()}. {machine(self.databases)}",
            "",
            f"Server ({WORKERS} processes), worker and database run under a keeper that does what a unit file does: whatever ends is "
            "started again after a second. People live on it over HTTP: they sign up, arrive, take a voucher and use it at a "
            "till, each act with an `Idempotency-Key`. Most send again with the same key until they are answered; some have no "
            "patience and walk away at the first silence. In the middle of it something is killed, cut, filled or put back. "
            "Then every act is compared with the tables: what was acknowledged must be there exactly once and be what people "
            "were told of; of what was never acknowledged there must be all or nothing; nobody who repeats may be refused. "
            f"The proof's {len(books.RULES)} rules (docs/proof.md) and `pointsapp ledger verify` must hold, and the worker must "
            "deliver all news, none twice.",
            "",
            "Times in seconds, taken while clients, server and database share the machine: *harm* is how long the harm itself "
            "lasted; *first yes* from its end until something sent afterwards was acknowledged; *all runs* from its end until every "
            "process answers again; *silence* is the longest time without a yes to anybody.",
            "",
            "| fault | database | harm | first yes | all runs | silence | acts acknowledged | repeated | found done already "
            "| walked away, of these done | verdict |",
            "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---|",
        ]
        for fault, group in self._by_fault():
            for o in group:
                figures = (
                    f"{o.harm_s:.1f} | {_s(o.answered_s)} | {_s(o.whole_s)} | {o.silence_s:.2f} | {o.acknowledged} | {o.repeated} "
                    f"| {o.hits} | {o.abandoned}, {o.stood} | {_verdict([o])}"
                    if not o.not_run
                    else f"| | | | | | | | not run: {o.not_run}"
                )
                lines.append(f"| {fault.title} | {NAMES[o.dialect]} | {figures} |")
        for fault, group in self._by_fault():
            lines += ["", f"## {fault.title}", "", f"{fault.done} Mended: {fault.mended_by}.", ""]
            lines += [f"- {NAMES[o.dialect]}: {_seen(o)}." for o in group]
            lines += [f"- **Broken** ({NAMES[o.dialect]}, seed `{o.seed}`): {each}" for o in group for each in o.broken]
            lines += ["", f'Verdict: **{_verdict(group)}** (`make chaos ARGS="--only {fault.key}"`).']
        lines += overload.as_markdown(self.floods)
        lines += ["", "## What it does not show", "", *(f"- {each}" for each in NOT_SHOWN)]
        return "\n".join([*lines, "", "## 中文摘要", "", self._chinese(), ""])

    def as_json(self) -> str:
        return json.dumps(
            {
                "at": self.at.isoformat(timespec="seconds"),
                "holds": self.holds,
                "seed": self.seed,
                "seconds": round(self.seconds),
                "databases": self.databases,
                "outcomes": [
                    {
                        "fault": o.fault.key, "database": o.dialect, "not_run": o.not_run, "harm_s": o.harm_s,
                        "answered_s": o.answered_s, "whole_s": o.whole_s, "silence_s": o.silence_s, "acts": o.deeds,
                        "acknowledged": o.acknowledged, "repeated": o.repeated, "hits": o.hits, "abandoned": o.abandoned,
                        "stood": o.stood, "troubles": dict(o.troubles), "checks": o.checks, "broken": o.broken,
                    }
                    for o in self.outcomes
                ],
                "floods": [asdict(each) for each in self.floods],
            },
            ensure_ascii=False,
            indent=1,
        )  # fmt: skip

    def _by_fault(self) -> list[tuple[Fault, list[Outcome]]]:
        found: dict[str, list[Outcome]] = {}
        for outcome in self.outcomes:
            found.setdefault(outcome.fault.key, []).append(outcome)
        return [(group[0].fault, group) for group in found.values()]

    def _sum(self) -> str:
        run, broken = self.run, [outcome for outcome in self.outcomes if not outcome.holds]
        figures = (
            f"{len(run)} faults, {sum(o.acknowledged for o in run):,} acts acknowledged, {sum(o.repeated for o in run):,} of them "
            f"after repeating, {sum(o.checks for o in run):,} checks in {self.seconds:.0f} s"
        )
        lacking = len(self.outcomes) - len(run)
        figures += f"; {lacking} not run on this machine" if lacking else ""
        broken_floods = sum(not each.holds for each in self.floods)
        figures += f"; overload {'BROKEN' if broken_floods else 'holds'}" if self.flooded else ""
        return f"Everything holds: {figures}." if self.holds else f"BROKEN in {len(broken)} of {figures}."

    def _when(self) -> str:
        return f"{self.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, seed `{self.seed}`"

    def _chinese(self) -> str:
        verdict = "全部通过" if self.holds else "**有未通过的项目，见上文**"
        cluster = "，使数据库集群的主节点整机失联" if any(o.fault.ground == CLUSTER for o in self.run) else ""
        slowest = max((o.answered_s or 0 for o in self.run), default=0)
        return (
            f"{self.at:%Y年%m月%d日}，在居民报名、签到、兑换、核销的过程中，强行终止服务进程、整个服务、后台任务和数据库，提交之后切断回答，"
            f"写满磁盘，把时钟拨回一小时，停掉 Redis{cluster}。每次之后逐笔核对：凡是答复成功的恰好记了一次，没有答复的要么完整、要么没有，账目平衡，"
            f"无需人工即恢复服务（最慢 {slowest:.1f} 秒）。结论：{verdict}。"
        )


def _s(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.2f}"


def _verdict(group: Sequence[Outcome]) -> str:
    broken = [NAMES[outcome.dialect] for outcome in group if not outcome.holds]
    if broken:
        return f"BROKEN on {', '.join(broken)}"
    return "holds" if any(not outcome.not_run for outcome in group) else "not run"


def _seen(o: Outcome) -> str:
    if o.not_run:
        return f"not run, {o.not_run}"
    troubles = ", ".join(f"{number} x {words}" for words, number in sorted(Counter(o.troubles).items()))
    notes = "".join(f"; {note}" for note in o.noted)
    return (
        f"{o.acknowledged} of {o.deeds} acts acknowledged, {o.repeated} sent more than once ({o.hits} had been done already), "
        f"{o.abandoned} given up ({o.stood} of them done, whole); instead of an answer: {troubles or 'nothing'}; first yes "
        f"{_s(o.answered_s)} s after the harm, everything runs after {_s(o.whole_s)} s, longest silence {o.silence_s:.2f} s{notes}"
    )
