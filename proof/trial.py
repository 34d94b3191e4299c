"""A trial, the judge who watches it, and what is kept of it."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from proof import books
from proof.crowd import Act, Answer, at_once

if TYPE_CHECKING:
    from proof.street import Street

PROBLEM = ("type", "title", "status", "code", "detail")
NAMED = 5  # how many breaches of one kind are told in full


class NotPrepared(Exception):
    """The trial could not even begin: something said no that had to say yes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """`words` are the answers the contract allows here, in plain language; any other answer breaks the proof."""

    key: str
    title: str
    tried: str
    never: tuple[str, ...]
    words: Mapping[str, str]
    run: Callable[[Judge], None]


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What one trial came to in one round on one database."""

    trial: Trial
    dialect: str
    round: int
    seed: str
    at_once: int = 0  # the greatest crowd
    requests: int = 0
    busy: int = 0  # how often the server asked a client to come again
    answers: Counter[str] = field(default_factory=Counter)
    checks: int = 0
    broken: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def holds(self) -> bool:
        return not self.broken


class Judge:
    """Lets the crowd loose, keeps every answer, and writes down what must not be."""

    def __init__(self, street: Street, outcome: Outcome, crowd: int, dice: random.Random) -> None:
        self.street, self.outcome, self.people, self.dice = street, outcome, crowd, dice

    def crowd(self, acts: Sequence[Act], beside: Sequence[Callable[[], None]] = ()) -> list[Answer]:
        """Send all acts at the same moment, in random order; return the answers. `beside` starts with them."""
        shuffled = list(acts)
        self.dice.shuffle(shuffled)
        answers = at_once(self.street.place.port, shuffled, beside)
        outcome = self.outcome
        outcome.at_once = max(outcome.at_once, len(acts))
        outcome.requests += len(acts)
        outcome.busy += sum(answer.waits for answer in answers)
        self.judge_answers(answers)
        return answers

    def judge_answers(self, answers: Sequence[Answer]) -> None:
        """Every answer is one the contract knows here, and a refusal is whole: kind, title, reason."""
        said = Counter(answer.said for answer in answers)
        self.outcome.answers += said
        strange = {words: number for words, number in said.items() if words not in self.outcome.trial.words}
        self.check("only answers of the contract", not strange, strange)
        bare = [
            answer.body
            for answer in answers
            if 400 <= answer.status < 500
            and (any(not answer.body.get(name) for name in PROBLEM) or answer.body.get("status") != answer.status)
        ]
        self.check("every refusal says why", not bare, bare[:2])

    def check(self, promise: str, holds: bool, seen: object = "") -> None:
        """Write down that `promise` was looked at, and what was seen where it does not hold."""
        self.outcome.checks += 1
        if not holds:
            self.outcome.broken.append(f"{promise}: {seen}" if seen != "" else promise)

    def equal(self, promise: str, seen: Any, expected: Any) -> None:
        if isinstance(seen, dict) and isinstance(
            expected, dict
        ):  # of two long lists only the lines that differ are worth reading
            differ = [key for key in {**seen, **expected} if seen.get(key) != expected.get(key)]
            told = "; ".join(f"{key}: {seen.get(key)} instead of {expected.get(key)}" for key in differ[:NAMED])
            self.check(promise, not differ, f"{len(differ)} times, {told}")
            return
        self.check(promise, seen == expected, f"{_short(seen)} instead of {_short(expected)}")

    def none(self, promise: str, wrong: Sequence[object]) -> None:
        """`wrong` is what must be empty."""
        self.check(promise, not wrong, f"{len(wrong)} times, first {_short(list(wrong[:NAMED]))}")

    def judge_tables(self) -> None:
        """Every rule of the books holds in the tables as they stand now."""
        with self.street.place.looking() as connection:
            found = books.breaches(connection)
        self.outcome.checks += len(books.RULES) - len(found)
        for breach in found:
            self.check(f"{breach.rule.promise} ({breach.rule.name})", False, f"{breach.rows} rows, {breach.seen}")

    def judge_command(self) -> None:
        """`pointsapp ledger verify` says the same."""
        balanced, told = self.street.place.verify()
        self.check("`pointsapp ledger verify` finds the books balanced", balanced, told)


def _short(thing: object) -> str:
    told = str(thing)
    return told if len(told) <= 300 else told[:300] + "…"


def hold(
    trial: Trial,
    street: Street,
    *,
    crowd: int,
    seed: str,
    round_: int,
    meddle: Callable[[Street], None] | None = None,
) -> Outcome:
    """Hold one trial with about `crowd` clients and judge it; `meddle` stands between the crowd and the tables."""
    named = f"{seed}:{street.place.dialect}:{trial.key}:{round_}"
    outcome = Outcome(trial=trial, dialect=street.place.dialect, round=round_, seed=named)
    judge = Judge(street, outcome, crowd, random.Random(named))
    begun = time.perf_counter()
    try:
        trial.run(judge)
        if meddle is not None:
            meddle(street)
        judge.judge_tables()
        judge.judge_command()
        judge.none("the logs of server and worker tell of no error", street.place.errors_logged())
    except NotPrepared as problem:
        judge.check("the trial can be prepared", False, problem)
    outcome.seconds = time.perf_counter() - begun
    return outcome
