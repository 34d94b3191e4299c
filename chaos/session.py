"""One whole chaos: each database in turn, every fault once, until done or out of time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from chaos.disks import can_mount
from chaos.fault import Fault, Outcome, hold
from chaos.faults import FAULTS
from chaos.report import Report
from chaos.stage import Stage, staged

PEOPLE = 900  # who may begin a life during one fault; more than get to


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    seed: str
    dialects: Sequence[str] = ("postgresql", "sqlite")
    faults: Sequence[Fault] = FAULTS
    people: int = PEOPLE


def unleash(plan: Plan, say: Callable[[str], None]) -> Report:
    """Strike with every fault of the plan and return the report; `say` is told of each as it ends."""
    begun = time.perf_counter()
    outcomes: list[Outcome] = []
    versions: dict[str, str] = {}
    for dialect in plan.dialects:
        mine = [fault for fault in plan.faults if dialect in fault.dialects]
        for on_small_disk in (False, True):
            now = [fault for fault in mine if fault.needs_disk == on_small_disk]
            if on_small_disk and now and not can_mount():
                lack = "only root may mount a small disk"
                outcomes += [Outcome(fault=fault, dialect=dialect, seed=plan.seed, not_run=lack) for fault in now]
                continue
            if not now:
                continue
            with staged(dialect, plan.people * len(now), on_small_disk=on_small_disk) as stage:
                versions[dialect] = _version(stage)
                for fault in now:
                    outcomes.append(hold(fault, stage, people=plan.people, seed=plan.seed))
                    say(told(outcomes[-1]))
    return Report(
        outcomes=outcomes,
        seed=plan.seed,
        seconds=time.perf_counter() - begun,
        databases=versions,
        at=datetime.now(UTC),
    )


def told(outcome: Outcome) -> str:
    """Return one line (and one more per breach) about a fault that was held."""
    if outcome.not_run:
        return f"{outcome.dialect:<11} not run {outcome.fault.key:<15} {outcome.not_run}"
    back = "never" if outcome.answered_s is None else f"{outcome.answered_s:5.2f} s"
    whole = "never" if outcome.whole_s is None else f"{outcome.whole_s:5.2f} s"
    lines = [
        f"{outcome.dialect:<11} {'holds ' if outcome.holds else 'BROKEN'} {outcome.fault.key:<15} {outcome.acknowledged:>5} acts "
        f"{outcome.repeated:>4} repeated, first yes after {back}, whole after {whole}, longest silence "
        f"{outcome.silence_s:.2f} s; took {outcome.seconds:.0f} s"
    ]
    return "\n    ".join([*lines, *outcome.broken])


def _version(stage: Stage) -> str:
    sql = "SELECT sqlite_version() AS v" if stage.dialect == "sqlite" else "SHOW server_version"
    return str(next(iter(stage.place.rows(sql)[0].values()))).split(" ")[0]
