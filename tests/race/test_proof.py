"""The proof in small, on both databases: every trial of `make proof` holds, and a broken world is caught and named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from proof import __main__ as command
from proof import books
from proof.crowd import Act, Answer, at_once
from proof.place import opened
from proof.report import Report
from proof.session import Plan, hold_all
from proof.street import Street, build
from proof.trial import Judge, Outcome, hold
from proof.trials import TRIALS
from tests.databases import DIALECTS

pytestmark = pytest.mark.race
CROWD = 20
PLAN = Plan(seed="in the tests", crowd=CROWD, rounds=1, durable=False)


@dataclass
class Held:
    street: Street
    outcomes: list[Outcome]


@pytest.fixture(scope="module", params=DIALECTS)
def held(request: pytest.FixtureRequest) -> Iterator[Held]:
    """A running server on which every trial was held once, with a small crowd."""
    with opened(request.param, durable=False) as place:
        # Two rounds of people: the tests below hold some trials again.
        street = build(place, PLAN.people * 2)
        yield Held(street, list(hold_all(street, PLAN)))


def test_every_trial_holds(held: Held) -> None:
    assert {outcome.trial.key: outcome.broken for outcome in held.outcomes if not outcome.holds} == {}
    assert [outcome.trial for outcome in held.outcomes] == list(TRIALS)
    for outcome in held.outcomes:
        assert sum(outcome.answers.values()) == outcome.requests > 0
        assert outcome.checks > len(books.RULES)


# rule -> how to break it by hand, past every constraint the tables have
SPOILT = {
    "nobody is missing": "UPDATE redemption SET clerk_id = -1 WHERE id = (SELECT MIN(id) FROM redemption)",
    "capacity": "UPDATE shift SET taken = taken - 1 WHERE taken > 0",
    "queue": "UPDATE shift SET waiting = waiting + 1",
    "one place at a time": "UPDATE shift SET starts_at = (SELECT MIN(starts_at) FROM shift), ends_at = (SELECT MAX(ends_at) FROM shift)",
    "one arrival": "UPDATE signup SET state = 'cancelled' WHERE id IN (SELECT signup_id FROM attendance)",
    "time counted once": (
        "UPDATE attendance SET from_at = (SELECT MIN(from_at) FROM attendance), to_at = (SELECT MAX(to_at) FROM attendance)"
    ),
    "scans accounted for": (
        "UPDATE attendance SET person_id = (SELECT MIN(id) FROM person) WHERE person_id <> (SELECT MIN(id) FROM person)"
    ),
    "hours": "UPDATE attendance SET minutes = minutes + 1 WHERE id = (SELECT MIN(id) FROM attendance)",
    "points earned": "UPDATE attendance SET points = points + 1 WHERE id = (SELECT MIN(id) FROM attendance)",
    "points to spend": "UPDATE balance SET amount = amount + 1 WHERE account = (SELECT MIN(account) FROM balance WHERE account LIKE 'person%available')",
    "balances": "UPDATE balance SET amount = amount + 1 WHERE account LIKE 'budget%'",
    "task reserves": "UPDATE task SET points = points + 1 WHERE state = 'published'",
    "stock": "UPDATE offer SET taken = taken + 1 WHERE stock IS NULL",
    "limit per person": (
        "UPDATE voucher SET person_id = (SELECT MIN(person_id) FROM voucher), state = 'issued' WHERE offer_id IN "
        "(SELECT offer_id FROM offer_version WHERE per_person_limit IS NOT NULL)"
    ),
    "one use": "UPDATE redemption SET reversed_at = redeemed_at WHERE reversed_at IS NULL AND settled_at IS NULL",
    "holds": "UPDATE hold SET state = 'released' WHERE state = 'settled'",
    "shops": "UPDATE redemption SET points = points + 1 WHERE reversed_at IS NULL",
    "settled months": "UPDATE settlement SET total_points = total_points + 1 WHERE state = 'approved'",
    "settled or undone": "UPDATE redemption SET settled_at = redeemed_at WHERE reversed_at IS NULL AND settled_at IS NULL",
    # The row that a correction would be: with a use's key in its own month, it is one that takes off what still stands.
    "corrections": "UPDATE settlement_line SET kind = 'correction' WHERE id = (SELECT MIN(id) FROM settlement_line)",
}  # fmt: skip
# What the database itself refuses, whoever writes: a breach cannot even be made.
UNBREAKABLE = {"one place each"}


def test_every_rule_catches_its_breach(held: Held) -> None:
    assert set(SPOILT) | UNBREAKABLE == {rule.name for rule in books.RULES}
    for name, spoil in SPOILT.items():
        with held.street.place.own.engine.connect() as connection:
            changed = connection.execute(text(spoil)).rowcount
            caught = {breach.rule.name: breach.seen for breach in books.breaches(connection)}
            connection.rollback()
        assert changed, f"{name}: nothing to spoil"
        assert caught.get(name), f"{name} was broken and not caught; caught: {sorted(caught)}"
    with held.street.place.looking() as connection:
        assert books.breaches(connection) == [], "and all is as it was"


def test_a_broken_world_breaks_the_proof_and_is_named(held: Held) -> None:
    trial = next(trial for trial in TRIALS if trial.key == "last-places")
    street = held.street

    def lose_a_place(street: Street) -> None:
        street.place.change("UPDATE shift SET taken = taken - 1 WHERE id = (SELECT MAX(id) FROM shift)")

    try:
        outcome = hold(trial, street, crowd=12, seed="broken", round_=1, meddle=lose_a_place)
    finally:
        street.place.change("UPDATE shift SET taken = taken + 1 WHERE id = (SELECT MAX(id) FROM shift)")
    assert not outcome.holds
    assert any("(capacity)" in each and "shown" in each for each in outcome.broken)
    told = _report(outcome).as_text()
    assert "THE PROOF IS BROKEN in 1 of 1 trials" in told
    assert "BROKEN" in told.split("verdict")[1]


def test_books_that_do_not_balance_break_the_proof(held: Held) -> None:
    trial = next(trial for trial in TRIALS if trial.key == "last-places")
    place = held.street.place
    sql = "UPDATE balance SET amount = amount {} 1 WHERE account = (SELECT MIN(account) FROM balance WHERE account LIKE 'budget%')"

    def print_money(street: Street) -> None:
        street.place.change(sql.format("+"))

    try:
        outcome = hold(trial, held.street, crowd=12, seed="money", round_=1, meddle=print_money)
    finally:
        place.change(sql.format("-"))
    assert any("ledger verify" in each for each in outcome.broken)


def _judge(held: Held) -> Judge:
    outcome = Outcome(trial=TRIALS[0], dialect=held.street.place.dialect, round=1, seed="x")
    return Judge(held.street, outcome, CROWD, None)  # type: ignore[arg-type]


def _answer(status: int, **body: Any) -> Answer:
    return Answer(act=Act(who="", method="GET", path="/"), status=status, body=body)


def _refusal(status: int, **over: Any) -> Answer:
    body = {"type": "t", "title": "t", "detail": "d", "status": status, **over}
    return Answer(act=Act(who="", method="GET", path="/"), status=status, body=body)


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        (_refusal(500, code="internal_error"), "500 internal_error"),
        (_refusal(409, code="quota_reached"), "409 quota_reached"),
        (_answer(0, code="no answer (ConnectionResetError)"), "no answer"),
        (_answer(201, state="offered"), "201 offered"),
        (_refusal(409, code="shift_full", title=""), "says why"),
    ],
    ids=["a crash", "a code of another call", "silence", "a strange yes", "a bare no"],
)
def test_an_answer_that_nobody_explains_breaks_the_proof(held: Held, answer: Answer, named: str) -> None:
    judge = _judge(held)
    judge.judge_answers([_answer(201, state="confirmed"), answer])
    assert len(judge.outcome.broken) == 1
    assert named in judge.outcome.broken[0]


def test_an_error_in_the_servers_log_is_seen_once(held: Held, tmp_path: Path) -> None:
    place = replace(held.street.place, folder=tmp_path, _read={})
    for name in ("server.log", "worker.log"):
        (tmp_path / name).write_text('{"level": "info", "message": "a Traceback that somebody wrote about"}\n')
    assert place.errors_logged() == []
    said = ['{"level": "error", "message": "unexpected error"}', "Traceback (most recent call last):"]
    with (tmp_path / "worker.log").open("a") as log:
        log.writelines(f"{line}\n" for line in said)
    assert place.errors_logged() == said
    assert place.errors_logged() == []


def test_silence_is_an_answer_that_is_kept() -> None:
    (answer,) = at_once(1, [Act(who="x", method="GET", path="/me")])  # nobody listens on port 1
    assert (answer.status, answer.ok) == (0, False)
    assert answer.said.startswith("0 no answer")


def _report(*outcomes: Outcome) -> Report:
    return Report(
        outcomes=outcomes, crowd=CROWD, rounds=1, seed="x", seconds=1, databases={"sqlite": "3"}, at=datetime.now(UTC)
    )


@pytest.mark.parametrize(("broken", "ends"), [([], 0), (["two people on one place: 2 instead of 1"], 1)])
def test_the_command_ends_with_what_it_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], broken: list[str], ends: int
) -> None:
    outcome = Outcome(
        trial=TRIALS[0], dialect="sqlite", round=1, seed="x", at_once=9, requests=9, checks=9, broken=broken
    )
    monkeypatch.setattr(command, "prove", lambda *_args, **_kw: _report(outcome))
    assert command.main(["--no-files", "--seed", "x", "--rounds", "1"]) == ends
    said = capsys.readouterr().out
    assert all(each in said for each in broken)
    assert ("THE PROOF IS BROKEN" in said) == bool(broken)


def test_nothing_proven_is_not_a_proof() -> None:
    assert not _report().holds


def test_the_report_is_whole(held: Held) -> None:
    report = _report(*held.outcomes)
    told = report.as_markdown()
    for trial in TRIALS:
        assert f"## {trial.title}" in told
        assert all(each in told for each in trial.never)
    assert "NOT EXPLAINED" not in told
    assert "/" + "work" not in told
    assert "中文摘要" in told
