"""A batch's rows as CSV or XLSX; no cell is ever a formula. openpyxl is loaded only where somebody asks for a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from pointsapp.core.cells import csv_cell, storable, xlsx_cell


def csv_of(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return the table for Excel: UTF-8 with its mark; what would be read as a formula begins with an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(heads)
    writer.writerows([csv_cell(str(cell)) for cell in row] for row in rows)
    return ("\ufeff" + out.getvalue()).encode()


def xlsx_of(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    page = book.create_sheet(storable(title)[:30])
    page.append([storable(head) for head in heads])
    for row in rows:
        page.append([xlsx_cell(page, str(cell)) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
