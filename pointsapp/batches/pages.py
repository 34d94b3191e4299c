"""HTML door of batches: a file to bring in with its preview, a list to take out, and how far the worker is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pointsapp.areas.queries import area_options
from pointsapp.batches import queries, services
from pointsapp.batches.errors import BadRows
from pointsapp.batches.messages import (
    COLUMNS,
    EXAMPLE_AREA,
    EXAMPLE_BRANCH,
    EXAMPLES,
    KINDS,
    OUTCOMES,
    SAID,
    STATE_CELLS,
    STATES,
    WRONG,
)
from pointsapp.batches.policies import may_batch, may_bring
from pointsapp.batches.rules import COLUMNS_IN, MOST_ROWS, OPTIONAL, Problem, columns_of
from pointsapp.batches.schemas import ExportForm, FileForm
from pointsapp.core.actor import COMMUNITY_STAFF, Actor, require
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.masking import mask_phone
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.stars.policies import MEMBER_KEEPERS
from pointsapp.stars.queries import first_code_within
from pointsapp.web.doors import Form, bind, blank, write_page
from pointsapp.web.login import signed_in

bp = Blueprint("batches", __name__)
SHOWN = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def say(problem: Problem | queries.ResultRow) -> str:
    """Say what is wrong with a row, columns by their names."""
    if problem.why is None:
        return ""
    facts = dict(problem.facts)
    if "column" in facts:
        facts["column"] = str(COLUMNS.get(facts["column"], facts["column"]))
    return str(WRONG[problem.why]) % facts


@bp.get("/console/batches")
def show_batches() -> str:
    """Show what one may bring in and take out, and what one did."""
    return _batches(blank(), "")


def _batches(form: Form, which: str, problems: tuple[Problem, ...] = ()) -> str:
    actor = signed_in()
    require(may_batch(actor))
    page = PageRequest(after=decode_cursor(request.args.get("cursor"), (int,)))
    return render_template(
        "batches/batches.html",
        page=queries.batches_page(db.session, actor, page),
        areas=area_options(db.session, paths=actor.paths(COMMUNITY_STAFF)),
        kinds=KINDS,
        states=STATES,
        tables=_tables(actor),
        wanted=request.args.get("kind", ""),
        most=MOST_ROWS,
        form=form,
        which=which,
        problems=[(problem.line, say(problem)) for problem in problems[:200]],
        more=max(len(problems) - 200, 0),
    )


def _tables(actor: Actor) -> dict[str, list[str]]:
    """Return the kinds of table that somebody brings in, with the words of their header; ☆ may be left out."""
    return {
        kind: [f"{COLUMNS[name]}☆" if name in OPTIONAL else str(COLUMNS[name]) for name in names]
        for kind, names in COLUMNS_IN.items()
        if may_bring(actor, queries.BatchKind(kind))
    }


@bp.post("/console/batches/imports")
def submit_file() -> ResponseReturnValue:
    """Take a file in for its preview; each bad row is named and nothing is kept."""
    from pointsapp.batches.reading import MOST_BYTES, rows_of

    actor, form = signed_in(), bind(FileForm())
    require(may_batch(actor))
    problems: list[Problem] = []
    upload = request.files.get("file")
    content = upload.stream.read(MOST_BYTES + 1) if upload and upload.filename else b""

    def act(kind: queries.BatchKind) -> ResponseReturnValue:
        try:
            _must_be_a_file(kind, content, MOST_BYTES)
            name = upload.filename or "" if upload else ""
            rows = tuple((line, tuple(cells)) for line, cells in rows_of(content, columns_of(kind.value), name))
            command = services.CheckFile(kind=kind, rows=rows)
            return write_page(
                services.check_file, actor, command, then=_there, beside=hashlib.sha256(content).hexdigest()
            )
        except BadRows as bad:
            problems.extend(bad.problems)
            raise

    return form.submit(act, or_show=lambda: _batches(form, "in", tuple(problems)))


def _must_be_a_file(kind: queries.BatchKind, content: bytes, most: int) -> None:
    """Say of what cannot be a table of this kind why not, before it is read."""
    if not content:
        raise BadRows([Problem(line=1, why="no_file")])
    if len(content) > most:
        raise BadRows([Problem(line=1, why="heavy", facts={"most": most // 1024 // 1024})])
    if not kind.is_import:
        raise BadRows([Problem(line=1, why="unreadable")])


def _there(receipt: services.BatchReceipt) -> str:
    return url_for("batches.show_batch", batch=receipt.public_id)


@bp.post("/console/batches/exports")
def submit_export() -> ResponseReturnValue:
    """Ask for a list; the worker makes it."""
    form = bind(ExportForm())
    return form.run(services.ask_export, then=_there, or_show=lambda: _batches(form, "out"))


@bp.get("/console/batches/<batch>")
def show_batch(batch: str) -> str:
    """Show a preview, the progress, or the result. While the worker is at it the page looks again by itself."""
    view = _mine(batch)
    is_after = view.kind.is_import and not view.is_open and view.state != "checked"
    rows = queries.preview_rows(db.session, view.id, limit=SHOWN, refused_first=is_after)
    return render_template(
        "batches/batch.html",
        view=view,
        rows=[(row, _worded(view.kind, row.cells), say(row)) for row in rows],
        heads=[str(COLUMNS[name]) for name in columns_of(view.kind.value)],
        kinds=KINDS,
        states=STATES,
        outcomes=OUTCOMES,
    )


def _worded(kind: queries.BatchKind, cells: Sequence[str]) -> list[str]:
    """Return a row's cells as people read them: a key by its word, the phone in somebody's file masked."""
    found, words = list(cells), STATE_CELLS.get(kind.value)
    if kind.is_import and "phone" in columns_of(kind.value):
        at = columns_of(kind.value).index("phone")
        found[at] = mask_phone(found[at])
    for at, column in enumerate(columns_of(kind.value)):
        if column in SAID:
            found[at] = str(SAID[column].get(found[at], found[at]))
    if words is not None:
        at = columns_of(kind.value).index("state")
        found[at] = str(words.get(found[at], found[at]))
    return found


def _mine(batch: str) -> queries.BatchView:
    actor = signed_in()
    require(may_batch(actor))
    view = queries.batch_view(db.session, actor, batch)
    if view is None:
        raise NotFound()
    return view


@bp.post("/console/batches/<batch>/start")
def start(batch: str) -> ResponseReturnValue:
    """Let the worker write what the preview shows."""
    return write_page(services.start_batch, signed_in(), batch, then=_there)


@bp.post("/console/batches/<batch>/cancellation")
def cancel(batch: str) -> ResponseReturnValue:
    """Stop it; what was done stays done."""
    return write_page(services.cancel_batch, signed_in(), batch, then=_there)


@bp.get("/console/batches/<batch>/result.<kind>")
def take_result(batch: str, kind: str) -> ResponseReturnValue:
    """Hand out the rows: of an import with what came of each, of an export as they were asked for."""
    from pointsapp.batches.files import csv_of, xlsx_of

    view = _mine(batch)
    if kind not in ("csv", "xlsx") or not view.has_rows or view.is_open:
        raise NotFound()
    heads = [str(COLUMNS[name]) for name in columns_of(view.kind.value)]
    results = queries.each_result(db.session, view.id)
    if view.kind.is_import:
        heads = [str(COLUMNS["line"]), *heads, str(COLUMNS["outcome"]), str(COLUMNS["words"])]
        rows = ([str(row.line), *row.cells, str(OUTCOMES[row.outcome or "same"]), say(row)] for row in results)
    else:
        rows = (_worded(view.kind, row.cells) for row in results)
    title = str(KINDS[view.kind.value])
    content, mime = (csv_of(heads, rows), "text/csv") if kind == "csv" else (xlsx_of(title, heads, rows), XLSX)
    return _file(content, mime, f"{view.kind.value}-{view.made_at:%Y%m%d}.{kind}")


@bp.get("/console/batches/templates/<kind>.csv")
def take_template(kind: str) -> ResponseReturnValue:
    """Hand out an empty file with its header and one example, in which the area or branch is one of one's own."""
    from pointsapp.batches.files import csv_of

    actor = signed_in()
    require(may_batch(actor))
    if kind not in COLUMNS_IN:
        raise NotFound()
    example = [
        _own_code(actor, cell) if cell in (EXAMPLE_AREA, EXAMPLE_BRANCH) else str(cell) for cell in EXAMPLES[kind]
    ]
    return _file(
        csv_of([str(COLUMNS[name]) for name in COLUMNS_IN[kind]], [example]),
        "text/csv",
        f"{kind}.csv",
    )


def _own_code(actor: Actor, cell: Any) -> str:
    """Return a code that the reader may write: a community's, where they hold one, or a branch's; the example where none is."""
    if cell == EXAMPLE_BRANCH:
        own = first_code_within(db.session, actor.paths(MEMBER_KEEPERS))
    else:
        areas = area_options(db.session, paths=actor.paths(COMMUNITY_STAFF))
        own = next((one.code for one in areas if one.kind.value == "community"), areas[0].code if areas else "")
    return own or str(cell)


def _file(content: bytes, mime: str, name: str) -> Response:
    answer = Response(content, mimetype=mime)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
