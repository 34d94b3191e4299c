"""Chaos in small, on both databases: the commonest faults hold, and a world that was tampered with is caught and named."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from chaos import __main__ as command
from chaos import judging, overload
from chaos.fault import Outcome, hold
from chaos.faults import FAULTS, kill_process
from chaos.life import Deed, Life
from chaos.line import Line
from chaos.overload import Overload, Wave
from chaos.report import Report
from chaos.stage import Stage, staged
from proof.trial import Judge
from tests.databases import DIALECTS

pytestmark = pytest.mark.race
PEOPLE = 120
BY_KEY = {fault.key: fault for fault in FAULTS}
SHORT = (replace(BY_KEY["server-process"], strike=kill_process), BY_KEY["database"], BY_KEY["cut-line"])


@dataclass
class Struck:
    stage: Stage
    outcomes: list[Outcome]
    life: Life  # the last one


@pytest.fixture(scope="module", params=DIALECTS)
def struck(request: pytest.FixtureRequest) -> Iterator[Struck]:
    """A street on which each of the short faults struck once."""
    faults = [fault for fault in SHORT if request.param in fault.dialects]
    lives: list[Life] = []
    with staged(request.param, PEOPLE * len(faults)) as stage:
        outcomes = [
            hold(fault, stage, people=PEOPLE, seed="in the tests", pause_s=0.7, meddle=lambda _stage, life: lives.append(life))
            for fault in faults
        ]  # fmt: skip
        yield Struck(stage, outcomes, lives[-1])


def test_what_was_acknowledged_outlives_every_fault(struck: Struck) -> None:
    assert {outcome.fault.key: outcome.broken for outcome in struck.outcomes if not outcome.holds} == {}
    for outcome in struck.outcomes:
        assert outcome.acknowledged > 20, outcome.fault.key
        assert outcome.answered_s is not None
        assert outcome.whole_s is not None
        assert not outcome.not_run


def test_a_cut_line_costs_nobody_anything(struck: Struck) -> None:
    cut = struck.outcomes[-1]
    assert cut.fault.key == "cut-line"
    assert cut.hits > 0, "acts that were done, unheard, and acknowledged when sent again with their key"
    assert cut.stood == cut.abandoned, "who walked away had been served, too: only the answer was lost"


def _broken(struck: Struck, life: Life | None = None) -> list[str]:
    """Judge once more; return what is broken now."""
    outcome = Outcome(fault=SHORT[-1], dialect=struck.stage.dialect, seed="x", acknowledged=1)
    verdict = Judge(struck.stage.street, outcome, PEOPLE, Random(0))  # type: ignore[arg-type]
    judging.judge(verdict, life or struck.life, outcome)
    return outcome.broken


def _one(struck: Struck, kind: str) -> Deed:
    return next(deed for deed in struck.life.of_kind(kind) if deed.acknowledged)


def _spoilt(struck: Struck, spoil: str, mend: str, **values: Any) -> list[str]:
    place = struck.stage.place
    try:
        place.change(spoil, **values)
        return _broken(struck)
    finally:
        place.change(mend, **values)


def test_a_lost_place_is_caught(struck: Struck) -> None:
    number = _one(struck, "sign-up").answer.body["id"]  # type: ignore[union-attr]
    sql = "UPDATE signup SET state = '{}' WHERE public_id = :number"
    broken = _spoilt(struck, sql.format("cancelled"), sql.format("confirmed"), number=number)
    assert any("every acknowledged sign-up is there exactly once" in each for each in broken)
    assert any("(capacity)" in each for each in broken), "the proof's rules see it, too"


def test_another_voucher_than_people_were_told_of_is_caught(struck: Struck) -> None:
    number = _one(struck, "voucher").answer.body["id"]  # type: ignore[union-attr]
    broken = _spoilt(
        struck,
        "UPDATE voucher SET public_id = 'another' WHERE public_id = :number",
        "UPDATE voucher SET public_id = :number WHERE public_id = 'another'",
        number=number,
    )
    assert any("every acknowledged voucher is the one people were told of" in each for each in broken)


def test_an_act_without_its_answer_is_caught(struck: Struck) -> None:
    deed = _one(struck, "arrival")
    sql = "UPDATE stored_answer SET key = {} WHERE key = {}"
    spoil, mend = sql.format("'x'", ":key"), sql.format(":key", "'x'")
    assert any(
        "the answer to every acknowledged arrival" in each for each in _spoilt(struck, spoil, mend, key=deed.act.key)
    )
    kept, deed.answer = deed.answer, None  # as if nobody had ever heard: then it stands by half
    try:
        broken = _spoilt(struck, spoil, mend, key=deed.act.key)
    finally:
        deed.answer = kept
    assert any("of an unacknowledged arrival there is all or nothing" in each for each in broken)


def test_money_out_of_nothing_is_caught(struck: Struck) -> None:
    sql = "UPDATE balance SET amount = amount {} 1 WHERE account = :account"
    account = f"person:{_one(struck, 'arrival').person.key}:available"
    broken = _spoilt(struck, sql.format("+"), sql.format("-"), account=account)
    assert any("ledger verify" in each for each in broken)


def test_a_refused_repeat_and_a_row_nobody_asked_for_are_caught(struck: Struck) -> None:
    deed = _one(struck, "redemption")
    assert deed.answer is not None
    kept, deed.answer = deed.answer, replace(deed.answer, status=409, body={"code": "already_redeemed"})
    try:
        assert any("nobody who repeats with their key is refused" in each for each in _broken(struck))
    finally:
        deed.answer = kept
    struck.life.deeds.remove(deed)
    try:
        assert any("no redemption that nobody asked for" in each for each in _broken(struck))
    finally:
        struck.life.deeds.append(deed)


def test_news_that_nobody_delivers_are_caught(struck: Struck, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "DRAINED_S", 0)
    chosen = struck.stage.place.rows("SELECT event_id, subscriber, done_at, due_at FROM event_delivery LIMIT 1")[0]
    row = {"event": chosen["event_id"], "who": chosen["subscriber"], "done": chosen["done_at"], "due": chosen["due_at"]}
    sql = "UPDATE event_delivery SET done_at = {}, due_at = {} WHERE event_id = :event AND subscriber = :who"
    place = struck.stage.place
    try:
        place.change(sql.format("NULL", "'2099-01-01 00:00:00'"), event=row["event"], who=row["who"])
        assert any("the worker has delivered all news" in each for each in _broken(struck))
    finally:
        place.change(sql.format(":done", ":due"), **row)


def test_all_is_as_it_was(struck: Struck) -> None:
    assert _broken(struck) == []


def test_a_line_that_is_cut_swallows_the_answer_and_not_the_request() -> None:
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as far:
        line = Line(far.getsockname()[1], Random(1))
        line.share = 1.0
        try:
            with socket.create_connection(("127.0.0.1", line.port), timeout=10) as near:
                near.sendall(b"do it")
                there, _address = far.accept()
                with there:
                    heard.append(there.recv(100))
                    there.sendall(b"done")
                    assert near.recv(100) == b""
        finally:
            line.close()
    assert (heard, line.swallowed) == ([b"do it"], 1)


def _report(*outcomes: Outcome) -> Report:
    return Report(outcomes=outcomes, seed="x", seconds=1, databases={"sqlite": "3"}, at=datetime.now(UTC))


def _outcome(**over: Any) -> Outcome:
    return Outcome(fault=FAULTS[0], dialect="sqlite", seed="x", **over)


@pytest.mark.parametrize(("broken", "ends"), [([], 0), (["an acknowledged place is gone"], 1)])
def test_the_command_ends_with_what_it_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], broken: list[str], ends: int
) -> None:
    found: Callable[..., Report] = lambda *_args: _report(_outcome(acknowledged=9, checks=9, broken=broken))  # noqa: E731
    monkeypatch.setattr(command, "unleash", found)
    monkeypatch.setattr(signal, "signal", lambda *_args: None)
    assert command.main(["--no-files", "--seed", "x"]) == ends
    said = capsys.readouterr().out
    assert all(each in said for each in broken)
    assert ("BROKEN in 1 of 1 faults" in said) == bool(broken)


def test_nothing_struck_is_not_a_chaos() -> None:
    assert not _report().holds
    assert not _report(_outcome(not_run="no root")).holds
    assert _report(_outcome(acknowledged=1), _outcome(not_run="no root")).holds


def test_the_report_is_whole(struck: Struck) -> None:
    told = _report(*struck.outcomes, _outcome(not_run="no root")).as_markdown()
    for outcome in struck.outcomes:
        assert f"## {outcome.fault.title}" in told
    assert "not run: no root" in told
    assert "/" + "work" not in told
    assert "/tmp" not in told
    assert "中文摘要" in told


WAVE = Wave(
    key="twice", dialect="postgresql", offered=400, served=190, refused=210, p50_ms=90, p99_ms=200, worst_ms=300, strange={}
)  # fmt: skip


@pytest.mark.parametrize(
    ("wave", "word"),
    [
        (WAVE, ""),
        (replace(WAVE, p99_ms=251), "251 ms"),
        (replace(WAVE, dialect="sqlite", p99_ms=300), ""),
        (replace(WAVE, served=20), "only 20 of 200"),
        (replace(WAVE, key="tenfold", served=20, p99_ms=400), ""),
        (replace(WAVE, key="tenfold", strange={500: 1}), "500"),
        (replace(WAVE, strange={999: 3}), "999"),
    ],
)
def test_a_flood_that_drowns_somebody_is_told(wave: Wave, word: str) -> None:
    broken = overload.judge(wave, capacity=200)
    assert len(broken) == bool(word)
    assert word in "".join(broken)
    flood = Overload(wave.dialect, waves=[wave], broken=broken)
    report = Report(outcomes=[], floods=[flood], seed="x", seconds=1, databases={"sqlite": "3"}, at=datetime.now(UTC))
    assert report.holds is not bool(word)
    assert f"{wave.p99_ms:.0f} | 300 |" in report.as_markdown()


def test_a_flood_in_small(struck: Struck, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second of each wave: all answers are a yes or say when to come again, and the books hold; times are for `make chaos`."""
    street = struck.stage.street
    monkeypatch.setattr(street, "people", lambda number: street.residents[:number])  # whoever they were
    said: list[str] = []
    flood = overload.flood(struck.stage, 1, said.append, laps=1)
    assert not flood.not_run
    assert len(said) == len(flood.waves) == len(overload.WAVES)
    assert [each for each in flood.broken if "ms at the 99th" not in each and "were served" not in each] == []
    assert all(wave.served + wave.refused > 0 for wave in flood.waves)
