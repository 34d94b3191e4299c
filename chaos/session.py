"""One whole chaos: each database in turn, every fault once, until done or out of time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from chaos import cluster, overload
from chaos.disks import can_mount
from chaos.fault import Fault, Outcome, hold
from chaos.faults import FAULTS
from chaos.machine import CLUSTER, DISK, HERE, NotHere
from chaos.overload import Overload
from chaos.report import Report
from chaos.stage import Stage, staged
from proof.trial import NotPrepared

PEOPLE = 900  # who may begin a life during one fault; more than get to


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`floods`: whether a crowd comes, too, twice as fast as the server can serve."""

    seed: str
    dialects: Sequence[str] = ("postgresql", "sqlite")
    faults: Sequence[Fault] = FAULTS
    people: int = PEOPLE
    floods: bool = False
    wave_s: float = 5


@dataclass
class _Found:
    outcomes: list[Outcome] = field(default_factory=list)
    floods: list[Overload] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)


def unleash(plan: Plan, say: Callable[[str], None]) -> Report:
    """Strike with every fault of the plan and return the report; `say` is told of each as it ends."""
    begun, found = time.perf_counter(), _Found()
    for dialect in plan.dialects:
        for ground in (HERE, DISK, CLUSTER):
            now = [each for each in plan.faults if dialect in each.dialects and each.ground == ground]
            floods = plan.floods and ground == HERE
            try:
                if now or floods:
                    _must_have(ground)
                    _stage(plan, dialect, now, floods, found, say)
            except NotHere as lack:
                for fault in now:
                    found.outcomes.append(Outcome(fault=fault, dialect=dialect, seed=plan.seed, not_run=str(lack)))
                    say(told(found.outcomes[-1]))
            except NotPrepared as problem:  # what was held before is told all the same
                for fault in now:
                    broken = [f"its ground can be prepared: {problem}"]
                    found.outcomes.append(Outcome(fault=fault, dialect=dialect, seed=plan.seed, broken=broken))
                    say(told(found.outcomes[-1]))
    return Report(
        outcomes=found.outcomes,
        floods=found.floods,
        seed=plan.seed,
        seconds=time.perf_counter() - begun,
        databases=found.versions,
        at=datetime.now(UTC),
    )


def _must_have(ground: str) -> None:
    """Raise NotHere with what this machine lacks, if faults cannot strike on this ground."""
    if ground == DISK and not can_mount():
        raise NotHere("only root may mount a small disk")
    if ground == CLUSTER and (lack := cluster.lacking()):
        raise NotHere(lack)


def _stage(
    plan: Plan, dialect: str, faults: Sequence[Fault], floods: bool, found: _Found, say: Callable[[str], None]
) -> None:
    """Strike with `faults` on one stage, one after the other."""
    ground = faults[0].ground if faults else HERE
    people = plan.people * sum(fault.crowd for fault in faults) + (overload.PEOPLE if floods else 0)
    with staged(dialect, people, ground=ground) as stage:
        found.versions[dialect] = _version(stage)
        if floods:
            found.floods.append(overload.flood(stage, plan.wave_s, say))
        for fault in faults:
            found.outcomes.append(hold(fault, stage, people=plan.people * fault.crowd, seed=plan.seed))
            say(told(found.outcomes[-1]))


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
