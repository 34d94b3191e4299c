"""HTML door of exports: make one, take it as a workbook or on paper, and what the code on it answers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core import codes
from pointsapp.core.actor import require
from pointsapp.core.clock import now, to_local
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.exports.messages import KINDS
from pointsapp.exports.policies import may_export
from pointsapp.exports.queries import ExportRow, answer_of, exports_page, find_export
from pointsapp.exports.schemas import ExportForm
from pointsapp.exports.services import CODE_LENGTH, make_export
from pointsapp.exports.sheets import laid_out
from pointsapp.stars.messages import round_name
from pointsapp.stars.queries import find_branch, find_round, latest_rounds, newest_round
from pointsapp.web.doors import Form, bind, blank, signed_in, write_page
from pointsapp.web.etags import conditional
from pointsapp.web.filters import moment as worded_moment
from pointsapp.web.guard import public
from pointsapp.web.links import absolute
from pointsapp.web.qr import qr_png, qr_svg

bp = Blueprint("exports", __name__)
ENTRANCES = (("exports.show_new_export", may_export),)
bp.after_request(conditional)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OPEN = "what was exported is what everybody may read; the code on paper leads here"


@bp.get("/exports/new")
def show_new_export() -> str:
    """Ask what to export, and how."""
    return _new_export(blank(kind=request.args.get("kind", "")))


@bp.post("/exports/new")
def submit_export() -> ResponseReturnValue:
    """Fix it under a digest and a code, and open it."""
    form = bind(ExportForm())

    def act(typed: Any) -> ResponseReturnValue:
        command, shape = typed
        page = "exports.take_workbook" if shape == "xlsx" else "exports.show_print"
        return write_page(make_export, signed_in(), command, then=lambda receipt: url_for(page, code=receipt.code))

    return form.submit(act, or_show=lambda: _new_export(form))


@bp.get("/exports/<string:code>.xlsx")
@public(_OPEN)
def take_workbook(code: str) -> ResponseReturnValue:
    """The export as a workbook."""
    # Who never asks for one does without openpyxl's 5 MB.
    from pointsapp.exports.workbook import workbook_of

    export = _export(code)
    sheet = laid_out(export.said, is_over=export.is_over)
    body = workbook_of(sheet, _marks(export), qr_png(_payload(export), scale=4))
    name = f"{export.kind.value}-{export.round.starts_on:%Y%m%d}-{export.code}.xlsx"
    return Response(body, mimetype=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@bp.get("/exports/<string:code>.json")
@public(_OPEN)
def take_content(code: str) -> ResponseReturnValue:
    """The canonical content, byte for byte: its SHA-256 is the digest."""
    return Response(_export(code).content.encode(), mimetype="application/json")


@bp.get("/exports/<string:code>/print")
@public(_OPEN)
def show_print(code: str) -> str:
    """The export on A4, landscape."""
    export = _export(code)
    return render_template(
        "exports/print_export.html",
        export=export,
        sheet=laid_out(export.said, is_over=export.is_over),
        marks=_marks(export),
        qr=qr_svg(_payload(export)),
    )


@bp.get("/q/e/<string:code>")
@public("whoever holds the paper may ask whether it still holds")
def show_answer(code: str) -> ResponseReturnValue:
    """Say whether the export is in force, superseded, or running figures that have changed since or not."""
    export = _export(code)
    return render_template(
        "exports/answer.html",
        export=export,
        standing=answer_of(db.session, export, now=now()),
        sheet=laid_out(export.said, is_over=export.is_over),
        kind=KINDS[export.kind],
    )


def _export(code: str) -> ExportRow:
    read = codes.read(code, CODE_LENGTH)
    if read is None:
        raise NotFound()
    return find_export(db.session, read)


def _payload(export: ExportRow) -> str:
    return absolute(f"/q/e/{export.code}")


def _marks(export: ExportRow) -> list[tuple[str, str]]:
    """What every export carries beside its table."""
    return [
        (_("截止收件"), worded_moment(export.cut_off)),
        (_("数字时刻"), to_local(export.made_at).strftime("%Y-%m-%d %H:%M:%S")),
        (_("摘要 SHA-256"), export.digest),
        (_("查验"), _payload(export)),
    ]


def _new_export(form: Form) -> str:
    require(may_export(signed_in()))
    asked, branch_id = (
        request.values.get("round", "") or request.values.get("round_id", ""),
        request.values.get("branch_id"),
    )
    found = find_round(db.session, asked) if asked else newest_round(db.session, now=now())
    return render_template(
        "exports/new_export.html",
        round=found,
        rounds=latest_rounds(db.session),
        branch=find_branch(db.session, branch_id) if branch_id else None,
        kinds=KINDS,
        page=exports_page(db.session, PageRequest(limit=20, after=decode_cursor(request.args.get("cursor"), (int,)))),
        round_name=round_name,
        form=form,
    )
