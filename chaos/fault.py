"""One fault: struck in the middle of load, watched until all is whole again, and judged by tables, books and answers."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from chaos.judging import judge
from chaos.life import Life
from chaos.line import Line
from chaos.machine import HERE, NotHere
from chaos.stage import Stage
from proof.trial import Judge, NotPrepared

PAUSE_S = 2.0  # of undisturbed life before the strike, and again when all is whole
WHOLE_S = 45.0  # longer than this nobody waits: broken


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`strike` does the harm and comes back when only the keepers have something left to do."""

    key: str
    title: str
    done: str  # what is done to whom, in plain language
    mended_by: str  # who brings it back
    dialects: tuple[str, ...] = ("postgresql", "sqlite")
    ground: str = HERE  # HERE, DISK (a small one under the database) or CLUSTER
    is_felt: bool = False  # some people must go without an answer for a while, else nothing was struck
    by_line: bool = False  # people's answers go through a line that can be cut
    ready: Callable[[Stage], None] = lambda _stage: None
    strike: Callable[[Stage, Scene], None]
    after: Callable[[Stage], None] = lambda _stage: None
    judged: Callable[[Stage, Scene, Judge], None] = lambda _stage, _scene, _verdict: (
        None
    )  # what only this fault promises
    within_s: float = 30.0  # the longest it may take until an act is acknowledged again
    crowd: int = 1  # how many times the plan's people may begin a life: for what lasts longer
    whole_s: float = WHOLE_S  # and until everything runs


@dataclass(slots=True)
class Scene:
    """What a strike may use and note."""

    dice: random.Random
    line: Line | None = None
    noted: list[str] = field(default_factory=list)
    struck_at: float = 0.0  # monotonic: the harm's first moment
    known: dict[str, str] = field(default_factory=dict)  # what the strike tells its judge
    over_at: float = 0.0  # its last: from here on only keepers and the application itself can mend


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What one fault came to on one database; times in seconds."""

    fault: Fault
    dialect: str
    seed: str
    deeds: int = 0
    acknowledged: int = 0
    repeated: int = 0  # acts that were sent more than once
    hits: int = 0  # acknowledged from the stored answer: done before, unheard
    abandoned: int = 0
    stood: int = 0  # of the abandoned: found whole
    troubles: Counter[str] = field(default_factory=Counter)
    harm_s: float = 0.0  # how long the harm itself lasted
    answered_s: float | None = None  # from its end to the first yes to something sent after it
    whole_s: float | None = None  # from its end until every process answers and /readyz says 200
    silence_s: float = 0.0  # from its begin on: the longest time without a yes to anybody
    checks: int = 0
    broken: list[str] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)
    not_run: str = ""
    seconds: float = 0.0

    @property
    def holds(self) -> bool:
        return not self.broken


def hold(
    fault: Fault,
    stage: Stage,
    *,
    people: int,
    seed: str,
    pause_s: float = PAUSE_S,
    meddle: Callable[[Stage, Life], None] | None = None,
) -> Outcome:
    """Strike once and judge; `meddle` stands between the load's end and the judging, for the test that chaos can fail."""
    named = f"{seed}:{stage.dialect}:{fault.key}"
    outcome = Outcome(fault=fault, dialect=stage.dialect, seed=named)
    scene = Scene(dice=random.Random(named))
    verdict = Judge(stage.street, outcome, people, scene.dice)  # type: ignore[arg-type]
    begun = time.perf_counter()
    try:
        fault.ready(stage)
        try:
            life = _struck(fault, stage, scene, people, pause_s, outcome)
        finally:
            fault.after(stage)
        verdict.check("everything runs again without a hand touching it", stage.wait_until_whole(fault.whole_s))
        stage.place.own.engine.dispose()  # our own connections broke, too
        if meddle is not None:
            meddle(stage, life)
        _measure(life, scene, outcome)
        judge(verdict, life, outcome)
        fault.judged(stage, scene, verdict)
        verdict.check(
            "the fault was felt: somebody went without an answer", bool(outcome.troubles) or not fault.is_felt
        )
        verdict.check(
            f"an act is acknowledged again within {fault.within_s:.0f} s",
            outcome.answered_s is not None and outcome.answered_s <= fault.within_s,
            outcome.answered_s,
        )
    except NotHere as lack:
        outcome.not_run = str(lack)
    except NotPrepared as problem:
        verdict.check("the fault can be prepared", False, problem)
    outcome.noted, outcome.seconds = scene.noted, time.perf_counter() - begun
    return outcome


def _struck(fault: Fault, stage: Stage, scene: Scene, people: int, pause_s: float, outcome: Outcome) -> Life:
    """Let people live, strike, and wait until all is whole; return the life when everybody has been answered."""
    port = stage.port
    if fault.by_line:
        scene.line = Line(stage.port, scene.dice)
        port = scene.line.port
    life = Life(stage.street, stage.street.people(people), port)
    try:
        with life:
            time.sleep(pause_s)
            scene.struck_at = time.monotonic()
            fault.strike(stage, scene)
            scene.over_at = time.monotonic()
            if stage.wait_until_whole(fault.whole_s):
                outcome.whole_s = time.monotonic() - scene.over_at
            time.sleep(pause_s)
    finally:
        if scene.line is not None:
            scene.line.close()
    return life


def _measure(life: Life, scene: Scene, outcome: Outcome) -> None:
    """Write down what people saw: how many acts, how often they repeated, and for how long nobody got a yes."""
    deeds = life.deeds
    heard = sorted((deed.ended, deed.began) for deed in deeds if deed.acknowledged)
    outcome.deeds, outcome.acknowledged = len(deeds), len(heard)
    outcome.repeated = sum(deed.sent > 1 for deed in deeds)
    outcome.hits = sum(deed.answer is not None and deed.answer.is_hit for deed in deeds)
    outcome.abandoned = sum(deed.answer is None for deed in deeds)
    outcome.troubles = Counter(trouble for deed in deeds for trouble in deed.troubles)
    outcome.harm_s = scene.over_at - scene.struck_at
    later = [ended - scene.over_at for ended, began in heard if began >= scene.over_at]
    outcome.answered_s = min(later, default=None)
    moments = [scene.struck_at, *(ended for ended, _ in heard if ended >= scene.struck_at)]
    outcome.silence_s = max((b - a for a, b in pairwise(moments)), default=0.0)
