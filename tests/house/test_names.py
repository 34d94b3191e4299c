"""Names say what a thing is: no drawer for odds and ends, no empty words, no rival words for what the glossary names."""

from __future__ import annotations

import ast
import re

from tests.house.reading import PACKAGE, modules, tree, where

NO_ROOMS = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "stuff"}
EMPTY_WORDS = {"data", "info", "do", "handle", "process"}
# docs/glossary.md, third column: each has its own word here.
RIVALS = {
    "User": "Person",
    "Activity": "Task",
    "Slot": "Shift",
    "Enrolment": "Signup",
    "Registration": "Signup",
    "Transaction": "Entry",
    "Coupon": "Offer",
    "Product": "Offer",
    "Goods": "Offer",
    "Ticket": "Report",
    "Incident": "Report",
    "Punch": "Scan",
    "Department": "Unit",
    "Badge": "Criterion",
}
# The contract names the command; SQLAlchemy the two methods.
ALLOWED = {"demo_data", "process_bind_param", "process_result_value"}


def test_no_file_is_a_drawer_for_odds_and_ends() -> None:
    assert [str(path) for path in PACKAGE.rglob("*.py") if path.stem in NO_ROOMS or path.parent.name in NO_ROOMS] == []


def test_no_function_or_class_has_an_empty_word_in_its_name() -> None:
    wrong = []
    for path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name not in ALLOWED:
                parts = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", node.name).lower().split("_")
                if set(parts) & EMPTY_WORDS:
                    wrong.append(f"{where(path, node)} {node.name}")
    assert wrong == []


def test_classes_use_the_glossarys_words() -> None:
    wrong = [
        f"{where(path, node)} {node.name}: we say {RIVALS[node.name]}"
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef) and node.name in RIVALS
    ]
    assert wrong == []
