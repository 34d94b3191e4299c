"""Arrows point down and inward: the contracts of pyproject.toml hold, and boards and home only read."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.reading import PACKAGE, ROOT, modules, tree, where


def test_the_import_contracts_hold() -> None:
    lint = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([lint, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout[done.stdout.find('Broken contracts') :]}{done.stderr}"


@pytest.mark.parametrize("feature", ["boards", "home"])
def test_boards_and_home_run_no_other_features_service(feature: str) -> None:
    wrong = []
    for path in modules(feature):
        for node in ast.walk(tree(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            for name in names:
                parts = name.split(".")
                if parts[0] == "pointsapp" and parts[1:2] != [feature] and "services" in parts[2:3]:
                    wrong.append(f"{where(path, node)} imports {name}")
    assert wrong == []


def test_the_demo_is_loaded_only_by_the_commands_and_the_factory() -> None:
    # The factory hands the demo's log-ins to its sign-in page, and only where the setting says demo.
    wrong = [
        where(path, node)
        for path in modules()
        if PACKAGE / "demo" not in path.parents and path not in (PACKAGE / "cli.py", PACKAGE / "__init__.py")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pointsapp.demo")
    ]
    assert wrong == []
