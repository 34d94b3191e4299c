"""An installed wheel can do what a checkout can: what the code reads at run time travels inside the package."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path

from tests.house.reading import ROOT

BUILD = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]


def _sources() -> str:
    return "\n".join(file.read_text() for file in sorted((ROOT / "pointsapp").rglob("*.py")))


def test_every_folder_that_is_read_is_shipped() -> None:
    read = set(re.findall(r'shipped\("([^"]+)"\)', _sources()))
    carried = BUILD["targets"]["wheel"]["force-include"]
    assert {"templates", "static", "migrations"} <= read
    for folder in read:
        assert any(carried.get(part) == f"pointsapp/_shipped/{part}" for part in _and_above(folder)), folder
    assert all((ROOT / folder).is_dir() for folder in carried)


def _and_above(folder: str) -> list[str]:
    return [folder, *(str(parent) for parent in Path(folder).parents)]


def test_what_serve_loads_lies_in_the_package() -> None:
    (target,) = re.findall(r'Granian\(\s*"([\w.]+):app"', (ROOT / "pointsapp" / "serving.py").read_text())
    spec = importlib.util.find_spec(target)
    assert spec is not None
    assert spec.origin is not None
    assert BUILD["packages"] == ["pointsapp"]
    assert Path(spec.origin).is_relative_to(ROOT / "pointsapp")
