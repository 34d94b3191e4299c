"""A month on paper and as a workbook, for the shop and the office."""

from __future__ import annotations

from itertools import islice

from flask import render_template, send_file
from flask.typing import ResponseReturnValue

from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.settlements.messages import state_words
from pointsapp.settlements.pages.door import bp, the_month
from pointsapp.settlements.policies import checks
from pointsapp.settlements.queries import each_line
from pointsapp.web.login import signed_in

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ON_PAPER = 2_000


@bp.get("/settlements/<public_id>/print")
def show_print(public_id: str) -> str:
    """Show one month on A4, with a place for both signatures."""
    row = the_month(public_id)
    lines = list(islice(each_line(db.session, row.id), ON_PAPER + 1))
    is_office = checks(signed_in(), row.merchant_id, row.area_path)
    return render_template(
        "settlements/print_month.html",
        row=row,
        lines=lines[:ON_PAPER],
        is_cut=len(lines) > ON_PAPER,
        state_words=state_words,
        printed_at=now(),
        back="settlements.show_console_month" if is_office else "settlements.show_month",
    )


@bp.get("/settlements/<public_id>.xlsx")
def take_workbook(public_id: str) -> ResponseReturnValue:
    """The month as a workbook, written line by line."""
    # Who never asks for one does without openpyxl's 5 MB.
    from pointsapp.settlements.workbook import workbook_of

    row = the_month(public_id)
    file = workbook_of(row, each_line(db.session, row.id), made_at=now())
    name = f"settlement-{row.merchant_code}-{row.month}.xlsx"
    return send_file(file, mimetype=XLSX, as_attachment=True, download_name=name)
