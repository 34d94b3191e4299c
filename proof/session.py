"""One whole proof: each database in turn, every trial in every round, until done or out of time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from proof.place import Place, opened
from proof.report import NAMES, Report
from proof.street import Street, build
from proof.trial import Outcome, Trial, hold
from proof.trials import TRIALS

PEOPLE_PER_CLIENT = 7  # what all trials of one round use up, generously


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is held, where and how often; the dice of every trial come from `seed`."""

    seed: str
    dialects: Sequence[str] = ("postgresql", "sqlite")
    crowd: int = 240
    rounds: int = 3
    trials: Sequence[Trial] = TRIALS
    durable: bool = True

    @property
    def people(self) -> int:
        """Return how many people one round uses up."""
        return self.crowd * PEOPLE_PER_CLIENT


def prove(plan: Plan, say: Callable[[str], None]) -> Report:
    """Hold the proof and return its report; `say` is told of every trial as it ends."""
    begun = time.perf_counter()
    outcomes: list[Outcome] = []
    versions: dict[str, str] = {}
    for dialect in plan.dialects:
        with opened(dialect, durable=plan.durable) as place:
            versions[dialect] = _version(place)
            for outcome in hold_all(build(place, plan.people * plan.rounds), plan):
                outcomes.append(outcome)
                _tell(outcome, say)
    return Report(
        outcomes=outcomes,
        crowd=plan.crowd,
        rounds=plan.rounds,
        seed=plan.seed,
        seconds=time.perf_counter() - begun,
        databases=versions,
        at=datetime.now(UTC),
    )


def hold_all(street: Street, plan: Plan) -> Iterator[Outcome]:
    """Hold every trial of the plan, round after round."""
    for number in range(1, plan.rounds + 1):
        for trial in plan.trials:
            yield hold(trial, street, crowd=plan.crowd, seed=plan.seed, round_=number)


def _tell(outcome: Outcome, say: Callable[[str], None]) -> None:
    say(
        f"{NAMES[outcome.dialect]:<11} round {outcome.round}  {'holds ' if outcome.holds else 'BROKEN'} "
        f"{outcome.trial.key:<18} {outcome.at_once:>4} at once {outcome.checks:>4} checks {outcome.seconds:6.1f} s"
    )
    for each in outcome.broken:
        say(f"    {each}")


def _version(place: Place) -> str:
    sql = (
        "SELECT sqlite_version() AS v" if place.dialect == "sqlite" else "SELECT current_setting('server_version') AS v"
    )
    return str(place.rows(sql)[0]["v"]).split(" ")[0]
