"""The arithmetic of the bench: medians, ratios within a round, targets; the picture; what is read of wrk's answers."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from benchmarks import cores, picture, report
from benchmarks.crowd import Result
from benchmarks.figures import FEW, FLOOR, MANY, Figure, Run, judge, ratio, summarise
from benchmarks.wrk import CannotLoad, Request, read


def run(act: str = "checkin", rate: float = 100, *, round_: str = "1", clients: int = FEW, **over: object) -> Run:
    what = "floor" if act == FLOOR else "app"
    values = {"what": what, "act": act, "dialect": "postgresql", "clients": clients, "round": round_, "rate": rate}
    return Run(**{**values, **over})  # type: ignore[arg-type]


def floors(*rates: float) -> list[Run]:
    return [run(FLOOR, rate, round_=str(number)) for number, rate in enumerate(rates, 1)]


def ours(*rates: float, **over: object) -> list[Run]:
    return [run("checkin", rate, round_=str(number), **over) for number, rate in enumerate(rates, 1)]


@pytest.mark.parametrize(
    ("mine", "other", "expected"),
    [
        (ours(100), floors(1000), 0.1),
        # A minute in which everything is half as fast changes no ratio, although the plain medians would.
        (ours(100, 50, 100), floors(1000, 500, 1000), 0.1),
        (ours(100, 300, 200), floors(1000, 1000, 1000), 0.2),
        (ours(100), [], None),
        (ours(100), [run(FLOOR, 1000, clients=MANY)], None),
        (ours(100), [run(FLOOR, 1000, round_="another")], None),
        (ours(100), floors(0), None),
    ],
)
def test_ratios_are_taken_within_a_round(mine: list[Run], other: list[Run], expected: float | None) -> None:
    assert ratio(mine, other) == (None if expected is None else pytest.approx(expected))


def test_a_figure_is_the_median_of_its_rounds_and_the_worst_acceptance() -> None:
    runs = floors(1000, 1000, 1000) + ours(100, 300, 200)
    runs += [run("checkin", 2000, what="limit", round_=str(number)) for number in (1, 2, 3)]
    runs[3] = replace(runs[3], accepted=0.5)
    figure = next(each for each in summarise(runs) if each.act == "checkin")
    assert (figure.rate, figure.rounds, figure.accepted, figure.limit) == (200, 3, 0.5, 2000)
    assert figure.to_floor == pytest.approx(0.2)
    assert figure.to_limit == pytest.approx(0.1)


def figure(**over: object) -> Figure:
    values = {
        "act": "checkin", "dialect": "postgresql", "clients": FEW, "rate": 1400, "p50_ms": 5, "p99_ms": 20, "accepted": 1.0,
        "server_us": 0, "database_us": 0, "generator_us": 0, "generator_share": 0, "to_floor": 0.13, "to_limit": 0.11,
        "limit": 12_000, "limit_us": 90, "rounds": 3,
    }  # fmt: skip
    return Figure(**{**values, **over})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seen", "unmet"),
    [
        ({}, set()),
        ({"to_limit": 0.09}, {"check-in: of the limit"}),
        ({"to_floor": 0.119}, {"check-in: of the floor"}),
        ({"p99_ms": 25.1}, {f"check-in: p99 at {FEW} clients"}),
        # Fast refusals are no check-ins.
        (
            {"accepted": 0.5},
            {"check-in: of the limit", "check-in: of the floor", f"check-in: p99 at {FEW} clients"},
        ),
        ({"clients": MANY, "p99_ms": 16}, {f"check-in: p99 to median at {MANY} clients"}),
        ({"clients": MANY, "p99_ms": 15}, set()),
        (
            {"dialect": "sqlite", "rate": 299},
            {f"SQLite: check-in: per second and p99 at {FEW} clients"},
        ),
        ({"act": "home", "rate": 300, "p99_ms": 99}, set()),
        (
            {"act": "home", "rate": 300, "p99_ms": 100},
            {f"resident's home page: per second and p99 at {FEW} clients"},
        ),
        ({"act": "tasks", "rate": 1}, set()),  # no target stands on it
    ],
)
def test_targets(seen: dict[str, object], unmet: set[str]) -> None:
    assert {each.name for each in judge([figure(**seen)]) if not each.is_met} == unmet


@pytest.mark.parametrize(
    ("memory", "locked", "met"), [([90.0, 149.0], 0, True), ([90.0, 151.0], 0, False), ([90.0], 1, False)]
)
def test_memory_and_locks_are_targets(memory: list[float], locked: int, met: bool) -> None:
    targets = judge([figure(dialect="sqlite")], resident_mb=memory, locked=locked)
    assert all(each.is_met for each in targets) is met


def test_only_what_was_answered_while_all_clients_worked_counts() -> None:
    busy = "".join(f"{at} 100 201 0\n" for at in range(1000, 2001, 100))
    ran_out = "1000 100 201 1\n1400 100 503 1\n"
    seen = read(ran_out + busy, expected=201, cpu_s=1)
    assert seen.seconds == pytest.approx(500 / 1e6)
    assert seen.statuses == Counter({201: 6, 503: 1})
    assert (seen.p50_ms, seen.p99_ms, seen.answers) == (0.1, 0.1, 7)
    with pytest.raises(CannotLoad):
        read("", expected=200, cpu_s=0)


@pytest.mark.parametrize(
    ("request_", "line"),
    [
        (Request(method="GET", path="/a", token="T"), "GET\t/a\tAuthorization\tBearer T\t"),
        (Request(method="GET", path="/", cookie="session=x"), "GET\t/\tCookie\tsession=x\t"),
        (Request(method="POST", path="/a", token="T", body={"code": "A"}), 'POST\t/a\tAuthorization\tBearer T\t{"code":"A"}'),
        (Request(method="GET", path="/a"), "GET\t/a\t\t\t"),
    ],
)  # fmt: skip
def test_prepared_requests(request_: Request, line: str) -> None:
    assert request_.line == line


def a_result() -> Result:
    result = Result(at=datetime(2026, 11, 21, tzinfo=UTC), runs=[], versions={"postgresql": "18", "sqlite": "3"})
    for clients in (FEW, MANY):
        for act, rate in ((FLOOR, 9000), ("checkin", 900), ("home", 30)):
            result.runs.append(run(act, rate, clients=clients, p50_ms=1.0, p99_ms=2.0))
        result.runs.append(run("checkin", 12_000, what="limit", clients=clients))
    return result


def test_the_picture_is_well_formed_and_holds_every_act() -> None:
    drawn = picture.draw(summarise(a_result().runs))
    root = ElementTree.fromstring(drawn)
    words = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"check-in", "resident's home page", "900", "30"} <= set(words)
    width = float(root.attrib["viewBox"].split()[2])
    marks = [each for each in root.iter("{http://www.w3.org/2000/svg}circle") if float(each.attrib["cy"]) > 40]
    assert len(marks) == 4
    assert all(0 < float(mark.attrib["cx"]) < width for mark in marks)
    assert ElementTree.fromstring(picture.draw([])) is not None


def test_the_report_tells_every_figure_and_target() -> None:
    result = a_result()
    figures, targets = report.judged(result)
    for text in (report.as_text(result), report.as_markdown(result)):
        for each in targets:
            assert each.name in text
        assert text.count("check-in") >= len([each for each in figures if each.act == "checkin"])
    broken = report.as_text(replace(result, breaches=["postgresql: capacity"]))
    assert "BROKEN: postgresql: capacity" in broken


def test_processor_time_of_this_process_grows() -> None:
    import os

    before = cores.used_s([os.getpid()])
    sum(number * number for number in range(3_000_000))
    assert cores.used_s([os.getpid()]) > before
    assert os.getpid() in cores.family(os.getppid())
    assert cores.resident_mb(os.getpid()) > 1
    assert cores.used_s([2**30]) == 0
