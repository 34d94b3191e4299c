"""Cells of tables that leave the house: whatever somebody typed as their name, no spreadsheet reads it as a formula.

A workbook's cell is text with the mark that keeps it text when somebody edits it; in a CSV, an apostrophe stands before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openpyxl.cell import WriteOnlyCell

# A spreadsheet reads a text that begins with one of these as a formula (CSV injection), full-width in an East Asian one; a tab or a new
# line before them as well.
FORMULA_SIGNS = (*"=+-@＝＋－＠\t\r\n",)
# What XML 1.0 cannot carry.
_CONTROL = {code: None for code in range(32) if code not in (9, 10, 13)}


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet would take this text for a formula."""
    return text.startswith(FORMULA_SIGNS)


def storable(text: str) -> str:
    """Return `text` without characters that a workbook cannot hold."""
    return text.translate(_CONTROL)


def csv_cell(text: str) -> str:
    """Return `text` as a CSV holds it for Excel."""
    return f"'{text}" if is_formula(text) else text


def xlsx_cell(page: Any, value: Any) -> WriteOnlyCell:
    """Return a cell of the write-only sheet `page`; a text stays a text, with its leading noughts."""
    from openpyxl.cell import WriteOnlyCell  # who never asks for a workbook does without openpyxl's 5 MB

    if not isinstance(value, str):
        return WriteOnlyCell(page, value=value)
    text = storable(value)
    cell = WriteOnlyCell(page, value=text)
    cell.data_type = "s"
    if is_formula(text):
        cell.quotePrefix = True  # type: ignore[attr-defined]
    return cell
