"""How the house tests read the house: its Python files as trees, its templates as trees, its application once."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from flask import Flask

from pointsapp import create_app
from pointsapp.wiring import FEATURES
from tests.databases import scratch, settings_for

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "pointsapp"
TEMPLATES = ROOT / "templates"
CHINESE = re.compile(r"[\u3400-\u9fff]")


@cache
def the_app() -> Flask:
    """Return an application on an empty database: enough to read routes, words and tables."""
    return create_app(settings_for(f"sqlite:///{scratch() / 'house.db'}"))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def modules(*below: str) -> list[Path]:
    """Return the package's Python files, of the named folders only when any are named."""
    places = [PACKAGE / name for name in below] or [PACKAGE]
    return sorted(path for place in places for path in place.rglob("*.py"))


def rooms(*names: str) -> list[Path]:
    """Return the files of the rooms called `names` in every feature, whether a file or a folder."""
    found = []
    for feature in FEATURES:
        for name in names:
            found += [path for path in (PACKAGE / feature / f"{name}.py",) if path.exists()]
            found += sorted((PACKAGE / feature / name).rglob("*.py"))
    return found


def where(path: Path, node: ast.AST | int) -> str:
    line = node if isinstance(node, int) else getattr(node, "lineno", 0)
    return f"{path.relative_to(ROOT)}:{line}"


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` of a name or attribute, "" of anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}".lstrip(".")
    return ""


def calls(root: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Yield (dotted name, call) of every call below `root`."""
    for node in ast.walk(root):
        if isinstance(node, ast.Call):
            yield dotted(node.func), node


def functions(root: ast.AST) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(root):
        if isinstance(node, ast.FunctionDef):
            yield node


def templates() -> list[Path]:
    return sorted(TEMPLATES.rglob("*.html"))
