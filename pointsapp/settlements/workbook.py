"""A month as an XLSX file, written row by row into a temporary file: no cell is ever a formula, and memory holds one batch."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import IO, Any

from flask_babel import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from pointsapp.core.cells import xlsx_cell
from pointsapp.core.clock import to_local
from pointsapp.settlements.messages import state_words
from pointsapp.settlements.queries import LineRow, SettlementRow
from pointsapp.web.filters import month as worded_month

_IN_MEMORY = 2_000_000
_WIDTHS = (18, 30, 12, 12, 10, 12, 12, 40)


def workbook_of(row: SettlementRow, lines: Iterable[LineRow], *, made_at: datetime) -> IO[bytes]:
    """Return the file, open at its start: who and which month, its sums, then a row per line."""
    book = Workbook(write_only=True)
    page = book.create_sheet(row.month)
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = 9  # A4
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    for number, width in enumerate(_WIDTHS, 1):
        page.column_dimensions[get_column_letter(number)].width = width
    title = _("%(shop)s %(month)s月结", shop=row.merchant_name, month=worded_month(row.first_day))
    page.append([_cell(page, title, bold=True)])
    for word, value in _facts(row, made_at):
        page.append([_cell(page, word), _cell(page, value)])
    page.append([])
    columns = [_("时间"), _("优惠", n=1), _("顾客"), _("经手"), _("积分"), _("金额（元）"), _("类别"), _("说明")]
    page.append([_cell(page, word, bold=True) for word in columns])
    for line in lines:
        page.append([_cell(page, value) for value in _values(line)])
    out = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - whoever sends it closes it
    book.save(out)
    out.seek(0)
    return out  # type: ignore[return-value]


def _facts(row: SettlementRow, made_at: datetime) -> list[tuple[str, Any]]:
    return [
        (_("商户代号"), row.merchant_code),
        (_("状态"), state_words(row.state, row.total_fen)),
        (_("笔数"), row.redemptions),
        (_("更正"), row.corrections),
        (_("积分合计"), row.total_points),
        (_("金额合计（元）"), _yuan(row.total_fen)),
        (
            _("付款") if row.total_fen >= 0 else _("退回款项"),
            f"{row.paid_on.isoformat()} {row.paid_reference}" if row.paid_on else "",
        ),
        (_("导出时间"), to_local(made_at).strftime("%Y-%m-%d %H:%M")),
        (
            _("说明"),
            _("平台不经手资金，不收取任何费用；款项由出资单位在线下支付。")
            if row.total_fen >= 0
            else _("平台不经手资金，不收取任何费用；这个月撤销的比核销的多，款项由商户在线下退回出资单位。"),
        ),
    ]


def _values(line: LineRow) -> tuple[Any, ...]:
    kind = _("更正") if line.is_correction else _("已核销")
    return (
        to_local(line.redeemed_at).strftime("%Y-%m-%d %H:%M"),
        line.title,
        line.owner,
        line.clerk,
        line.points,
        _yuan(line.agreed_fen),
        kind,
        " / ".join(each for each in (line.undo_reason, line.dispute_reason, line.answer) if each),
    )


def _yuan(fen: int) -> Decimal:
    return Decimal(fen) / 100


def _cell(page: Any, value: Any, *, bold: bool = False) -> WriteOnlyCell:
    cell = xlsx_cell(page, value)
    if isinstance(value, Decimal):
        cell.number_format = "0.00"
    if bold:
        cell.font = Font(bold=True)
    return cell
