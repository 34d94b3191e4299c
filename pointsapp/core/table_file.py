"""Import files: the whole file is checked first, every bad row is named with its line, and nothing is written unless all are good."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

Done = TypeVar("Done")
MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file: its line number as an editor counts it, and its cells by column, stripped."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


class BadFile(Exception):
    """The file cannot be imported; `problems` are (line, reason) pairs in line order."""

    def __init__(self, problems: Iterable[tuple[int, str]]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(f"line {line}: {reason}" for line, reason in self.problems))


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds: its well-formed rows, and a (line, reason) for each other one."""

    rows: list[Row]
    problems: list[tuple[int, str]]


def read_table(path: Path, columns: tuple[str, ...], required: tuple[str, ...], may: tuple[str, ...] = ()) -> Table:
    """Return the rows of a CSV with exactly `columns` as header (any order), and any of `may`; cells in `required` are not empty.

    UTF-8 with or without BOM. Raises BadFile for an unreadable file and an unknown or missing header; a row of another width
    or with an empty required cell is among the problems, so that the importer can name it together with what else is wrong.
    A blank line is passed over.
    """
    if path.stat().st_size > MAX_BYTES:
        raise BadFile([(1, f"the file is larger than {MAX_BYTES // 1024 // 1024} MiB")])
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile([(1, f"not UTF-8: {error.reason} at byte {error.start}")]) from None
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header([name for name in header if header.count(name) > 1 or name not in may], columns)
        rows, problems = [], []
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            line = reader.line_num
            if len(cells) != len(header):
                problems.append((line, f"{len(cells)} cells, the header has {len(header)}"))
                continue
            row = Row(line, dict(zip(header, (cell.strip() for cell in cells), strict=True)))
            wrong = [(line, f"{name} is empty") for name in required if not row[name]]
            wrong += [(line, f"{name} holds a NUL character") for name in header if "\0" in row[name]]
            problems += wrong
            if not wrong:
                rows.append(row)
    except csv.Error as error:
        raise BadFile([(reader.line_num, str(error))]) from None
    return Table(rows, problems)


def with_problems(service: Callable[..., Done], problems: list[tuple[int, str]]) -> Callable[..., Done]:
    """Return `service`, which imports drafts, so that it also refuses for `problems` found before: every bad row in one answer."""

    def run(*args: Any, **kw: Any) -> Done:
        try:
            done = service(*args, **kw)
        except BadFile as bad:
            raise BadFile([*problems, *bad.problems]) from None
        if problems:
            raise BadFile(problems)
        return done

    return run


def _check_header(header: list[str], columns: tuple[str, ...]) -> None:
    unknown = [name for name in header if name not in columns]
    missing = [name for name in columns if name not in header]
    problems = [(1, f"unknown column {name!r}") for name in unknown] + [
        (1, f"missing column {name!r}") for name in missing
    ]
    if len(set(header)) != len(header):
        problems.append((1, "a column stands twice in the header"))
    if problems:
        raise BadFile(problems)
