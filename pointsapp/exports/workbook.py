"""A sheet as an XLSX file, written row by row; no cell is ever a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.drawing.image import Image
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from pointsapp.core.cells import xlsx_cell
from pointsapp.exports.sheets import Cell, Score, Sheet

_WIDEST = 44
_QR_SIDE = 132


def workbook_of(sheet: Sheet, marks: Iterable[tuple[str, str]], qr: bytes) -> bytes:
    """Return the file: the title and every fact and mark a line each, then the table; `qr` is a PNG beside them."""
    book = Workbook(write_only=True)
    page = book.create_sheet(_tab_name(sheet.title))
    lines = [*sheet.facts, *marks]
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = 9  # A4
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.freeze_panes = f"A{len(lines) + 4}"
    for number, width in enumerate(_widths(sheet), 1):
        page.column_dimensions[get_column_letter(number)].width = width
    picture = Image(io.BytesIO(qr))
    picture.width = picture.height = _QR_SIDE
    page.add_image(picture, f"{get_column_letter(max(len(sheet.columns), 5))}1")
    page.append([_cell(page, sheet.title, bold=True, size=16)])
    for word, value in lines:
        page.append([_cell(page, word), _cell(page, value)])
    page.append([])
    page.append([_cell(page, word, bold=True) for word in sheet.columns])
    for row in sheet.rows:
        page.append([_cell(page, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(page: Any, value: Cell, *, bold: bool = False, size: int = 11) -> WriteOnlyCell:
    if isinstance(value, Score):
        cell = xlsx_cell(page, Decimal(value.hundredths) / 100)
        cell.number_format = "0.##"
    else:
        cell = xlsx_cell(page, value)
        if isinstance(value, date):
            cell.number_format = "yyyy-mm-dd"
    if bold or size != 11:
        cell.font = Font(bold=bold, size=size)
    if bold and size == 11:
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    return cell


def _widths(sheet: Sheet) -> list[int]:
    """Return a width for each column: Chinese takes two places a character."""
    widths = []
    for number, word in enumerate(sheet.columns):
        longest = max([_places(word), *(_places(str(row[number])) for row in sheet.rows if row[number] is not None)])
        widths.append(min(max(longest + 2, 9), _WIDEST))
    # The first two columns also hold the lines above the table.
    for number, least in enumerate((12, 24)):
        widths[number] = max(widths[number], least)
    return widths


def _places(text: str) -> int:
    return sum(2 if ord(char) > 0x2E80 else 1 for char in text)


def _tab_name(title: str) -> str:
    return "".join(" " if char in "[]:*?/\\" else char for char in title)[:31]
