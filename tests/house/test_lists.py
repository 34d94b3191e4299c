"""Lists end: by a page with a cursor, by a limit, or by their nature, which is said here. Nothing counts rows to skip them."""

from __future__ import annotations

import ast

from tests.house.reading import calls, functions, modules, rooms, tree, where

# core/guesses.py looks for the one failure that makes a bucket full: a single row, at most ten rows away.
MAY_SKIP = {"pointsapp/core/guesses.py"}

# Public readers that answer with a whole list without a limit of their own, and why it cannot grow with the city.
WHOLE = {
    "areas.area_options": "areas are counted in hundreds; a form offers them all",
    "boards.communities_month": "one line per community of the district, on the public page about all of them",
    "checkin.looks_among": "the shifts it is given",
    "ledger.month_figures": "the six months it is asked for",
    "ledger.sealed_entries": "the entries of one block of a seal, at most 256",
    "merchants.open_offers": "limited in the statement it keeps",
    "merchants.people_of": "who works in one shop",
    "people.roles_of": "one person's roles",
    "stars.counted_rounds": "one round per scheme and quarter that nobody has closed",
    "stars.effect_of": "cut to 100 after it was worked out for all branches",
    "stars.entries": "a rank is only known among all branches of the round; the board hangs them all",
    "stars.every_round": "four a year and scheme, for `stars verify`",
    "stars.items_of": "one branch's task list of one quarter, written by hand",
    "stars.judge_headcounts": "one to each row of a file, whose rows are limited",
    "stars.judge_members": "one to each row of a file, whose rows are limited",
    "stars.links_of": "what people linked by hand to one item of a plan",
    "stars.on_duty": "who holds an office in one branch's area, for a form",
    "stars.open_rounds": "one round per scheme",
    "stars.round_paths": "the areas of one round's branches: who runs it holds an office over all of them",
    "stars.rounds_by_ids": "the rounds it is given",
    "stars.running_rounds": "one round per scheme",
    "stars.wrong_editions": "what `boards verify` reports",
    "stars.wrong_tallies": "what `stars verify` reports",
    "tasks.counted_ends": "one person's no-shows within the rule's window",
    "tasks.commitments": "one person's places in tasks that are not closed",
    "tasks.shifts_led_by": "what one person leads within two weeks",
}


def _is_list(annotation: ast.expr | None) -> bool:
    """Tell list[X] and tuple[X, ...]."""
    if not isinstance(annotation, ast.Subscript) or not isinstance(annotation.value, ast.Name):
        return False
    if annotation.value.id == "list":
        return True
    inside = annotation.slice
    return annotation.value.id == "tuple" and isinstance(inside, ast.Tuple) and _is_ellipsis(inside.elts[-1])


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...


def _methods(node: ast.AST) -> set[str]:
    return {call.func.attr if isinstance(call.func, ast.Attribute) else name for name, call in calls(node)}


def test_no_list_skips_rows() -> None:
    found = [
        where(path, node)
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("offset", "slice")
    ]
    assert [each for each in found if each.split(":")[0] not in MAY_SKIP] == [], "page by key (core/paging.py)"


def test_no_words_skip_rows() -> None:
    found = [
        where(path, node)
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " OFFSET " in node.value
    ]
    assert found == []


def test_every_page_is_cut() -> None:
    """A reader that promises a Page cuts it, or hands on somebody's who did."""
    wrong = []
    for path in rooms("queries"):
        for function in functions(tree(path)):
            returns = function.returns
            if (
                isinstance(returns, ast.Subscript)
                and isinstance(returns.value, ast.Name)
                and returns.value.id == "Page"
            ):
                names = _methods(function)
                if not (names & {"cut", "Page"} or any(name.endswith(("_page", "_roster")) for name in names)):
                    wrong.append(f"{where(path, function)} {function.name}")
    assert wrong == []


def whole_lists() -> dict[str, str]:
    found = {}
    for path in rooms("queries"):
        for function in functions(tree(path)):
            asks = [name for name, _ in calls(function) if name.endswith((".execute", ".scalars", ".rows"))]
            if (
                not function.name.startswith("_")
                and _is_list(function.returns)
                and asks
                and "limit" not in _methods(function)
            ):
                found[f"{path.parts[path.parts.index('pointsapp') + 1]}.{function.name}"] = where(path, function)
    return found


def test_whole_lists_say_why_they_end() -> None:
    found = whole_lists()
    assert {name: place for name, place in found.items() if name not in WHOLE} == {}
    assert [name for name in WHOLE if name not in found] == [], "no longer there: take it out of the list"
