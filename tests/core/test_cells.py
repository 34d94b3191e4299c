"""No cell that leaves the house is a formula, whoever's table it stands in."""

from __future__ import annotations

import io
from datetime import date

import pytest
from openpyxl import Workbook, load_workbook

from pointsapp.core.cells import csv_cell, is_formula, storable, xlsx_cell


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1+1", True),
        ("+86", True),
        ("-支部", True),
        ("@SUM(A1)", True),
        ("\t=1", True),
        ("\r=1", True),
        ("支部=1", False),
        ("", False),
        ("1-2", False),
    ],
)
def test_what_a_spreadsheet_would_take_for_a_formula(text: str, expected: bool) -> None:
    assert is_formula(text) is expected


def test_a_workbook_holds_no_control_characters() -> None:
    assert storable("a\x00b\x1fc\td\n") == "abc\td\n"


def test_a_text_stays_a_text_also_when_somebody_edits_it() -> None:
    book = Workbook(write_only=True)
    page = book.create_sheet("1")
    page.append([xlsx_cell(page, value) for value in ("=1+1", "\t=1", "0012", "王", 7, date(2026, 11, 22), None)])
    out = io.BytesIO()
    book.save(out)
    cells = next(load_workbook(io.BytesIO(out.getvalue())).active.iter_rows())  # type: ignore[union-attr]
    assert [cell.data_type for cell in cells[:4]] == ["s"] * 4
    assert [cell.quotePrefix for cell in cells[:4]] == [True, True, False, False]
    assert [cell.value for cell in cells[2:5]] == ["0012", "王", 7]
    assert cells[5].value.date() == date(2026, 11, 22)


def test_a_csv_holds_it_behind_an_apostrophe() -> None:
    assert [csv_cell(text) for text in ("=1", "1-2", "")] == ["'=1", "1-2", ""]
