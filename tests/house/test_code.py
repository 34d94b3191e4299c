"""What must not stand in the code: a second commit, a second clock, a float in the books, a GET that writes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.reading import calls, dotted, functions, modules, rooms, tree, where

# file (below pointsapp/) -> why it may
MAY_COMMIT = {"core/transaction.py": "the one place"}
MAY_TELL_TIME = {"core/clock.py": "the one clock"}
MAY_ABORT = {"web/health.py": "an unconfigured /metrics does not exist"}
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "datetime.datetime.now"}
WRITERS = {"write", "write_page", "write_json"}
COUNTERS = {"taken", "waiting", "stock", "stock_left", "balance", "reserved"}
INSIDE = ("services", "queries", "rules", "policies", "jobs", "subscribers")


def _is(path: Path, allowed: dict[str, str]) -> bool:
    return str(path).endswith(tuple(f"pointsapp/{name}" for name in allowed))


def test_only_the_transaction_function_commits() -> None:
    wrong = [
        where(path, call)
        for path in modules()
        if not _is(path, MAY_COMMIT)
        for name, call in calls(tree(path))
        if name.endswith(".commit")
    ]
    assert wrong == []


def test_flask_logins_current_user_stays_in_its_room() -> None:
    wrong = [
        where(path, node)
        for path in modules()
        if not str(path).endswith("web/login.py")
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Name) and node.id == "current_user")
        or (isinstance(node, ast.alias) and node.name == "current_user")
    ]
    assert wrong == []


def test_only_the_clock_tells_the_time() -> None:
    wrong = [
        where(path, call)
        for path in modules()
        if not _is(path, MAY_TELL_TIME)
        for name, call in calls(tree(path))
        if name in CLOCKS
    ]
    assert wrong == []


def test_what_stands_behind_the_doors_is_handed_the_time() -> None:
    wrong = []
    for path in rooms(*INSIDE):
        wrong += [where(path, call) for name, call in calls(tree(path)) if name in ("clock.now", "now")]
    assert wrong == [], "services, queries, rules and policies take `now`; the door reads the clock once"


def test_services_read_no_environment_and_throw_no_dice() -> None:
    wrong = []
    for path in rooms(*INSIDE):
        for node in ast.walk(tree(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            wrong += [f"{where(path, node)} {name}" for name in names if name in ("random", "os", "time")]
    assert wrong == []


def test_the_books_know_no_fractions_but_whole_numbers() -> None:
    wrong = []
    for path in modules("ledger", "rewards"):
        for node in ast.walk(tree(path)):
            is_float = isinstance(node, ast.Constant) and isinstance(node.value, float)
            is_word = isinstance(node, ast.Name) and node.id == "float"
            is_division = isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)
            if is_float or is_word or is_division:
                wrong.append(where(path, node))
    assert wrong == [], "points are int; rates are integer fractions, rounded down with //"


def test_counters_move_only_by_conditional_updates() -> None:
    wrong = [
        where(path, node)
        for path in rooms("services", "jobs", "subscribers")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Attribute) and node.target.attr in COUNTERS
    ]
    assert wrong == [], "UPDATE … WHERE taken < capacity, never `x.taken += 1`"


def test_states_move_only_along_drawn_arrows() -> None:
    wrong = [
        where(path, target)
        for path in rooms("services", "jobs", "subscribers")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute) and target.attr == "state"
    ]
    assert wrong == [], "use core.states.move"


def test_no_door_uses_flask_abort() -> None:
    wrong = [
        where(path, call)
        for path in modules()
        if not _is(path, MAY_ABORT)
        for name, call in calls(tree(path))
        if name in ("abort", "flask.abort")
    ]
    assert wrong == [], "raise a refusal: it has a reason and a next step"


def _readers(path: Path) -> Iterator[ast.FunctionDef]:
    """Yield the functions in `path` that answer GET."""
    for node in functions(tree(path)):
        for mark in node.decorator_list:
            if not isinstance(mark, ast.Call):
                continue
            name = dotted(mark.func)
            methods = [word.value for word in mark.keywords if word.arg == "methods"]
            if name.endswith(".get") or (name.endswith(".route") and (not methods or "GET" in ast.dump(methods[0]))):
                yield node
        if node.name == "get" and node.args.args[:1] and node.args.args[0].arg == "self":
            yield node


def test_no_get_handler_writes() -> None:
    wrong = []
    for path in rooms("pages", "console", "api"):
        known = {node.name: node for node in functions(tree(path))}
        for reader in _readers(path):
            seen, ahead = set(), [reader]
            while ahead:  # also through the functions of the same file that it calls
                node = ahead.pop()
                seen.add(node.name)
                for name, call in calls(node):
                    if name.split(".")[-1] in WRITERS or name.startswith("db.session.add"):
                        wrong.append(f"{where(path, call)} {reader.name}")
                    elif name in known and name not in seen:
                        ahead.append(known[name])
    assert wrong == [], "GET never changes state"
