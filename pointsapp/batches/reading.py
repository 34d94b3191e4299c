"""A file as rows of text, whether CSV or XLSX: what a cell shows is what is judged. Only the view that takes a file loads openpyxl."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pointsapp.batches.errors import BadRows
from pointsapp.batches.messages import COLUMNS, SAID
from pointsapp.batches.rules import MOST_ROWS, OPTIONAL, Problem
from pointsapp.exports.messages import in_official_words

MOST_BYTES = 4 * 1024 * 1024
OLD_BOOK = b"\xd0\xcf\x11\xe0"  # how a workbook of Excel 2003 begins, and one that is locked with a password


def rows_of(content: bytes, columns: Sequence[str], name: str = "") -> list[tuple[int, list[str]]]:
    """Return (line, cells in the order of `columns`); BadRows for a file, a header or a row that cannot be read.

    `name` is the file's own: what calls itself a workbook and is none is not read as a table of commas. The header may say the Chinese word or the short name of each column, in any order; one that may be empty may be left out. Blank lines are passed over.
    """
    is_book = content.startswith(b"PK")
    if not is_book and (name.lower().endswith(".xlsx") or content.startswith(OLD_BOOK)):
        raise BadRows([Problem(line=1, why="no_book")])
    try:
        lines = _xlsx(content) if is_book else _csv(content)
        found = [(number, cells) for number, cells in lines if any(cells)]
    except BadRows:
        raise
    except Exception:  # a library's own errors, of which there are many: whatever it is, the file cannot be read
        raise BadRows([Problem(line=1, why="no_book" if is_book else "unreadable")]) from None
    if not found:
        raise BadRows([Problem(line=1, why="nothing")])
    order = _order(found[0], columns)
    width = len(found[0][1])
    problems, rows = [], []
    for number, cells in found[1:]:
        extra = [cell for cell in cells[width:] if cell]
        if extra:
            problems.append(Problem(line=number, why="width", facts={"n": len(cells), "m": width}))
            continue
        cells = cells + [""] * (width - len(cells))
        rows.append((number, ["" if place is None else cells[place] for place in order]))
    for place, column in enumerate(columns):
        words = _words(SAID[column]) if column in SAID else {}
        for _number, cells in rows if words else ():
            cells[place] = words.get(cells[place], cells[place])
    if problems:
        raise BadRows(problems)
    if not rows:
        raise BadRows([Problem(line=1, why="nothing")])
    return rows


def _order(header: tuple[int, list[str]], columns: Sequence[str]) -> list[int | None]:
    line, cells = header
    names = _words({key: COLUMNS[key] for key in columns})
    places = {names[cell]: place for place, cell in enumerate(cells) if cell in names}
    known = [names[cell] for cell in cells if cell in names]
    doubled = sorted({str(COLUMNS[key]) for key in known if known.count(key) > 1})
    if doubled:
        raise BadRows([Problem(line=line, why="doubled", facts={"names": " / ".join(doubled)})])
    unknown = [cell for cell in cells if cell and cell not in names]
    missing = [str(COLUMNS[key]) for key in columns if key not in places and key not in OPTIONAL]
    if unknown:
        raise BadRows([Problem(line=line, why="unknown", facts={"names": " / ".join(unknown)[:100]})])
    if missing:
        raise BadRows([Problem(line=line, why="header", facts={"names": " / ".join(missing)})])
    return [places.get(key) for key in columns]


def _words(labels: Mapping[str, Any]) -> dict[str, str]:
    """Return each key by itself, by its Chinese word and by the word of the reader's language: a file is passed from hand to hand."""
    with in_official_words():
        chinese = {str(word): key for key, word in labels.items()}
    return {**{str(word): key for key, word in labels.items()}, **chinese, **{key: key for key in labels}}


def _limited(lines: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    for number, cells in enumerate(lines, 1):
        if number > MOST_ROWS + 1:
            raise BadRows([Problem(line=number, why="too_many", facts={"most": MOST_ROWS})])
        yield number, cells


def _csv(content: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(content)
    return _limited([cell.replace("\0", "").strip() for cell in cells] for cells in _split(text))


def _split(text: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    number = 0
    while True:
        number += 1
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:  # a cell beyond what a table's reader holds: a quotation mark without its end, mostly
            facts = {"most": f"{csv.field_size_limit():,}"}
            raise BadRows([Problem(line=number, why="huge", facts=facts)]) from None


def _decoded(content: bytes) -> str:
    """Return the text: UTF-8, or what Excel for Chinese writes when asked for CSV."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def _xlsx(content: bytes) -> Iterator[tuple[int, list[str]]]:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # what the file claims about its size is not believed
    return _limited([_shown(cell) for cell in cells[:60]] for cells in sheet.iter_rows(values_only=True))


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():  # a phone typed into a cell of numbers
        return str(int(value))
    return str(value).strip()
