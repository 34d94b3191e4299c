"""Rows for the official volunteer system as an XLSX file; no cell is ever a formula, and numbers with leading noughts stay text."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from pointsapp.core.cells import xlsx_cell


def workbook_of(table: Sequence[Sequence[Any]]) -> bytes:
    """Return the file of one sheet: the heads, and a line per row."""
    book = Workbook(write_only=True)
    page = book.create_sheet("1")
    page.freeze_panes = "A2"
    for number, line in enumerate(table):
        page.append([_cell(page, value, bold=number == 0) for value in line])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(page: Any, value: Any, *, bold: bool) -> WriteOnlyCell:
    cell = xlsx_cell(page, value)
    if bold:
        cell.font = Font(bold=True)
    return cell
