"""What an operator can type or set is written down: every command, every option, every setting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from itertools import chain

import click
import pytest

from build_hooks.pictures import MOST_BYTES, MOST_IN_ALL
from pointsapp.cli import main
from pointsapp.config import PREFIX, Settings
from tests.house.reading import ROOT, the_app

# Groups that Flask-Migrate, Flask-Limiter and flask-smorest bring (a plug-in of Flask shows only once some command has run): `pointsapp db` is named as a whole.
THEIRS = {"db", "limiter", "openapi"}


def _words() -> str:
    return "\n".join(path.read_text() for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))))


def _commands() -> Iterator[tuple[str, click.Command]]:
    ours = chain(main.commands.items(), the_app().cli.commands.items())
    for name, command in ours:
        if name in THEIRS:
            continue
        if isinstance(command, click.Group):
            for below, each in command.commands.items():
                yield f"{name} {below}", each
        else:
            yield name, command


def test_every_command_is_written_down() -> None:
    words = _words()
    assert [name for name, _ in _commands() if f"pointsapp {name}" not in words] == [], (
        "add a row to docs/operations.md"
    )


def test_every_option_is_written_down() -> None:
    words = _words()
    missing = [
        f"{name} {option.opts[0]}"
        for name, command in _commands()
        for option in command.params
        if isinstance(option, click.Option) and not option.hidden and f"{option.opts[-1]}" not in words
    ]
    assert missing == [], "add it to the row in docs/operations.md"


def test_every_command_says_what_it_does() -> None:
    assert [name for name, command in _commands() if not (command.help or command.short_help)] == []


@pytest.mark.parametrize("field", fields(Settings), ids=lambda field: field.name)
def test_every_setting_is_written_down(field: object) -> None:
    name = PREFIX + field.name.upper()  # type: ignore[attr-defined]
    assert f"| `{name}` |" in (ROOT / "docs" / "operations.md").read_text()


def test_no_setting_is_written_down_that_nobody_reads() -> None:
    table = (ROOT / "docs" / "operations.md").read_text().split("## Commands")[0]
    known = {PREFIX + field.name.upper() for field in fields(Settings)}
    written = {
        word.strip("| `")
        for line in table.splitlines()
        if line.startswith(f"| `{PREFIX}")
        for word in [line.split("|")[1]]
    }
    assert written - known == set()


def test_the_readme_shows_the_products_own_small_pictures() -> None:
    kept = {path.name: path.stat().st_size for path in (ROOT / "docs" / "pictures").glob("*.png")}
    shown = set(re.findall(r"docs/pictures/([\w-]+\.png)", (ROOT / "README.md").read_text()))
    assert shown - set(kept) == set()
    assert {name: size for name, size in kept.items() if size > MOST_BYTES} == {}
    assert sum(kept.values()) <= MOST_IN_ALL, "python -m build_hooks.pictures says which are large"


def test_every_journey_in_the_docs_is_walked_by_a_test() -> None:
    journeys, wrong = (ROOT / "docs" / "journeys.md").read_text().split("## What goes wrong")
    code = "\n".join(file.read_text() for file in (ROOT / "tests" / "browser").glob("test_*.py"))
    named = re.findall(r"`(test_\w+)`", journeys)
    assert len(named) == len(set(named)) >= 20
    assert [name for name in [*named, *re.findall(r"`(test_\w+)`", wrong)] if f"def {name}(" not in code] == []


def test_every_feature_stands_in_the_map_of_the_readme() -> None:
    map_of_house = (ROOT / "README.md").read_text().split("## Map of the house")[1].split("| room in a feature")[0]
    features = [path.parent.name for path in sorted((ROOT / "pointsapp").glob("*/__init__.py"))]
    assert len(features) > 25
    assert [
        name for name in features if f"`{name}/`" not in map_of_house and f"`pointsapp/{name}/`" not in map_of_house
    ] == []


def test_no_decision_is_told_twice() -> None:
    told = re.findall(r"^\*\*(.+?)\*\*", (ROOT / "docs" / "decisions.md").read_text(), re.MULTILINE)
    assert len(told) > 100
    assert sorted(head for head in set(told) if told.count(head) > 1) == []
