"""The parts of a dossier's zip: the page, its style, the lists as CSV, the files; each made piece by piece."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from pointsapp.core import clock, uploads
from pointsapp.core.attic import Attic, FileLost
from pointsapp.core.file_kinds import FileKind
from pointsapp.dossiers.archive import CHUNK, Part
from pointsapp.dossiers.queries import Dossier, TaskPages
from pointsapp.stars.queries import ProofRow

MARK = "\ufeff"  # lets a spreadsheet read the list as UTF-8
Render = Callable[..., str]


def parts_of(
    dossier: Dossier,
    pages: Callable[[], Iterable[TaskPages]],
    render: Render,
    style: Path,
    attic: Attic,
    photos: Attic,
) -> Iterator[Part]:
    """Yield every part; `pages` reads the tasks anew each time it is called, so that no list of them is held.

    `attic` keeps what was handed in, `photos` the pictures of findings.
    """
    files = {piece.public_id: name for piece in dossier.pieces if (name := file_name(piece))}
    shots = {
        photo.public_id: (f"findings/F{one.number:02d}-{n}-{m}.jpg", photo.name)
        for one in dossier.findings
        for n, step in enumerate(one.steps, start=1)
        for m, photo in enumerate(step.photos, start=1)
    }
    files |= {public_id: name for public_id, (name, _digest) in shots.items()}
    yield "index.html", _page(dossier, pages, render, files), False
    yield "style.css", _file(style), False
    yield "lists/lines.csv", _lines(dossier), False
    yield "lists/tasks.csv", _tasks(dossier), False
    yield "lists/attendance.csv", _attendance(pages()), False
    yield "lists/assessments.csv", _assessments(dossier), False
    yield "lists/pieces.csv", _pieces(dossier, files), False
    yield "lists/findings.csv", _findings(dossier), False
    for piece in dossier.pieces:
        if piece.public_id in files:
            yield from _kept(attic, files[piece.public_id], piece.sha256)
    for name, digest in shots.values():
        yield from _kept(photos, name, digest)


def _kept(attic: Attic, name: str, digest: str) -> Iterator[Part]:
    try:
        path = attic.path_of(digest)
    except FileLost:
        return  # the lists name it with its digest; the manifest does not hold it
    yield name, _file(path), True


def file_name(piece: ProofRow) -> str:
    """Return where a piece's file lies in the zip, empty where it has none that may be in it."""
    if not piece.opens or piece.file_kind is None:
        return ""
    return f"files/{piece.number:03d}-{uploads.plain_name(piece.file_name or '', FileKind(piece.file_kind))}"


def _page(
    dossier: Dossier, pages: Callable[[], Iterable[TaskPages]], render: Render, files: dict[str, str]
) -> Iterator[bytes]:
    yield render("dossiers/zip_head.html", dossier=dossier, files=files).encode()
    for page in pages():
        yield render("dossiers/zip_task.html", dossier=dossier, page=page, files=files).encode()
    yield render("dossiers/zip_foot.html", dossier=dossier, files=files).encode()


def _file(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _lines(dossier: Dossier) -> Iterator[bytes]:
    rows = []
    for star in dossier.docket.stars:
        rows += [(star.score.star.name, line) for line in star.lines]
    rows += [("", line) for line in dossier.docket.items]
    yield from _csv(
        ("star", "key", "name", "source", "score", "most", "rows", "sha256", "pieces"),
        (
            (
                star,
                line.indicator.key,
                line.indicator.name,
                _("自动取证") if line.auto else _("人工补充"),
                line.score.score / 100,
                line.indicator.most / 100,
                line.auto.rows if line.auto else "",
                line.auto.sha256 if line.auto else "",
                " ".join(str(piece.number) for piece in line.proofs),
            )
            for star, line in rows
        ),
    )


def _tasks(dossier: Dossier) -> Iterator[bytes]:
    yield from _csv(
        (
            "number",
            "id",
            "title",
            "category",
            "area",
            "place",
            "state",
            "first_at",
            "last_at",
            "people",
            "times",
            "minutes",
        ),
        (
            (
                task.number,
                task.public_id,
                task.title,
                task.category,
                task.area,
                task.place,
                task.state.value,
                _local(task.first_at),
                _local(task.last_at),
                task.people,
                task.times,
                task.minutes,
            )
            for task in dossier.tasks
        ),
    )


def _attendance(pages: Iterable[TaskPages]) -> Iterator[bytes]:
    yield from _csv(
        ("task", "title", "starts_at", "name", "minutes"),
        (
            (page.line.number, page.line.title, _local(one.starts_at), one.name, one.minutes)
            for page in pages
            for one in page.came
        ),
    )


def _assessments(dossier: Dossier) -> Iterator[bytes]:
    yield from _csv(
        ("indicator", "at", "score", "reason", "by"),
        (
            (key, _local(one.at), one.score / 100, one.reason, one.by or "")
            for key, rows in dossier.assessments.items()
            for one in rows
        ),
    )


def _pieces(dossier: Dossier, files: dict[str, str]) -> Iterator[bytes]:
    yield from _csv(
        ("number", "title", "kind", "happened_on", "given_at", "by", "is_public", "file", "sha256"),
        (
            (
                piece.number,
                piece.title or "",
                piece.kind.value,
                piece.happened_on.isoformat(),
                _local(piece.given_at),
                piece.by or "",
                int(piece.is_public),
                files.get(piece.public_id, ""),
                piece.sha256,
            )
            for piece in dossier.pieces
        ),
    )


def _findings(dossier: Dossier) -> Iterator[bytes]:
    """One line for each step: what was found, what the branch did about it, and what the second look said."""
    yield from _csv(
        (
            "number",
            "star",
            "indicator",
            "severity",
            "state",
            "due_on",
            "is_overdue",
            "step",
            "at",
            "text",
            "by",
            "deduction",
        ),
        (
            (
                f"F{one.number}",
                one.star or "",
                one.indicator or "",
                one.severity.value,
                one.state.value,
                step.due_on.isoformat(),
                int(one.is_overdue),
                step.kind.value,
                _local(step.at),
                step.text or "",
                step.by or "",
                one.deduction[0] if one.deduction else "",
            )
            for one in dossier.findings
            for step in one.steps
        ),
    )


def _local(moment: Any) -> str:
    return clock.to_local(moment).isoformat(timespec="minutes")


def _csv(columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> Iterator[bytes]:
    """Write a row at a time; no cell is taken for a formula."""
    yield (MARK + ",".join(columns) + "\r\n").encode()
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow([uploads.harmless(cell) if isinstance(cell, str) else cell for cell in row])
        yield line.getvalue().encode()
