"""The organiser's desk: lines to confirm, requests to answer, what stands in a record, rows for the official system."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.areas.queries import AreaOption, area_options, find_area
from pointsapp.certificates import queries
from pointsapp.certificates.messages import COLUMNS, KINDS, LINE_STATES
from pointsapp.certificates.pages.blueprint import bp
from pointsapp.certificates.queries import OnwardFile
from pointsapp.certificates.rules import STANDARD
from pointsapp.certificates.schemas import AnswerForm, ConfirmForm, ItemForm, OnwardForm, ReasonForm
from pointsapp.certificates.services import (
    AddItem,
    AnswerRequest,
    CertificateReceipt,
    ReportOnward,
    ReportReceipt,
    add_item,
    answer_request,
    confirm_line,
    reject_line,
    report_onward,
    take_back_item,
)
from pointsapp.certificates.sheets import table_of
from pointsapp.core.actor import COMMUNITY_STAFF, Actor, require
from pointsapp.core.cells import csv_cell
from pointsapp.core.clock import local_day, now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.people.policies import may_see_people
from pointsapp.people.queries import desk_person
from pointsapp.web.doors import Form, bind, blank, write_page
from pointsapp.web.login import signed_in

SHOWN = 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _staff() -> Actor:
    actor = signed_in()
    require(may_see_people(actor))
    return actor


def _page_asked() -> PageRequest:
    return PageRequest(limit=SHOWN, after=decode_cursor(request.args.get("cursor"), (int,)))


@bp.get("/console/certificates")
def show_console_certificates() -> str:
    """Show what waits for this organiser: lines of certificates, and requests to correct a record."""
    return _waiting_page(blank())


def _waiting_page(form: Form, answered: str = "") -> str:
    """`answered`: the request whose answer was not good enough, which stays as it was typed."""
    actor = _staff()
    return render_template(
        "certificates/console_certificates.html",
        lines=queries.waiting_lines(db.session, actor, _page_asked()),
        requests=queries.requests_page(db.session, actor, PageRequest(limit=SHOWN)),
        now=now(),
        form=form,
        answered=answered,
    )


def _line_page(line: str, form: Form) -> str:
    found = queries.waiting_lines(db.session, _staff(), PageRequest(limit=1), line=line)
    if not found.items:
        raise NotFound()
    services = queries.line_services(db.session, line)
    return render_template(
        "certificates/console_line.html", line=found.items[0], services=services, states=LINE_STATES, form=form
    )


@bp.get("/console/certificates/<line>")
def show_line(line: str) -> str:
    return _line_page(line, blank())


@bp.post("/console/certificates/<line>/confirmation")
def submit_confirmation(line: str) -> ResponseReturnValue:
    form = bind(ConfirmForm())

    def there(receipt: CertificateReceipt) -> str:
        flash(_("已经确认，证明出好了。") if receipt.number else _("已经确认，还在等别的组织方。"), "yes")
        return url_for("certificates.show_console_certificates")

    return form.submit(
        lambda minutes: write_page(confirm_line, signed_in(), line, minutes, then=there),
        or_show=lambda: _line_page(line, form),
    )


@bp.post("/console/certificates/<line>/refusal")
def submit_line_refusal(line: str) -> ResponseReturnValue:
    form = bind(ReasonForm())
    return form.submit(
        lambda reason: write_page(
            reject_line, signed_in(), line, reason, then=lambda _made: _back(_("已经答复，他会看到原因。"))
        ),
        or_show=lambda: _line_page(line, form),
    )


@bp.post("/console/record-requests/<public_id>/answer")
def submit_record_answer(public_id: str) -> ResponseReturnValue:
    form = bind(AnswerForm())

    def answer(command: AnswerRequest) -> ResponseReturnValue:
        words = _("已经答复，他会看到原因。")
        if command.upheld:
            words = _("已经答复。要更正的，请到签到复核里登记，再由另一人批准。")
        return write_page(answer_request, signed_in(), public_id, command, then=lambda _made: _back(words))

    return form.submit(answer, or_show=lambda: _waiting_page(form, public_id))


def _items_page(public_id: str, form: Form) -> str:
    actor = _staff()
    person = desk_person(db.session, actor, public_id, now=now())
    if person is None:
        raise NotFound()
    return render_template(
        "certificates/console_record.html",
        person=person,
        items=queries.items_of(db.session, person.id),
        kinds=KINDS,
        choices=[(kind.value, word) for kind, word in KINDS.items()],
        areas=_own_areas(actor),
        today=local_day(now()),
        form=form,
    )


@bp.get("/console/people/<public_id>/record")
def show_console_record(public_id: str) -> str:
    return _items_page(public_id, blank())


@bp.post("/console/people/<public_id>/record")
def submit_item(public_id: str) -> ResponseReturnValue:
    form = bind(ItemForm())

    def there(_made: object) -> str:
        flash(_("记进他的志愿服务记录了。"), "yes")
        return url_for("certificates.show_console_record", public_id=public_id)

    def add(command: AddItem) -> ResponseReturnValue:
        return write_page(add_item, signed_in(), replace(command, person=public_id), then=there)

    return form.submit(add, or_show=lambda: _items_page(public_id, form))


@bp.post("/console/people/<public_id>/record/<item>/removal")
def submit_item_removal(public_id: str, item: str) -> ResponseReturnValue:
    def there(_made: object) -> str:
        flash(_("已经从记录里撤下。"), "yes")
        return url_for("certificates.show_console_record", public_id=public_id)

    return write_page(take_back_item, signed_in(), item, then=there)


def _own_areas(actor: Actor) -> list[AreaOption]:
    return area_options(db.session, paths=actor.paths(COMMUNITY_STAFF))


def _onward_page(form: Form) -> str:
    actor, today = _staff(), local_day(now())
    return render_template(
        "certificates/console_onward.html",
        found=queries.reports_page(db.session, actor, _page_asked()),
        areas=_own_areas(actor),
        columns=[(key, word) for key, word in COLUMNS.items()],
        standard=list(STANDARD),
        start=(today.replace(day=1) - timedelta(days=1)).replace(day=1),
        end=today.replace(day=1) - timedelta(days=1),
        form=form,
    )


@bp.get("/console/onward")
def show_console_onward() -> str:
    return _onward_page(blank())


@bp.post("/console/onward")
def submit_onward() -> ResponseReturnValue:
    form = bind(OnwardForm())

    def there(made: ReportReceipt) -> str:
        flash(_("%(n)s 行已经标记为上报，下面可以下载。", n=made.rows), "yes")
        return url_for("certificates.show_console_onward")

    def report(command: ReportOnward) -> ResponseReturnValue:
        return write_page(report_onward, signed_in(), command, then=there)

    return form.submit(report, or_show=lambda: _onward_page(form))


def _onward_table(public_id: str) -> tuple[OnwardFile, list[list[Any]]]:
    """Return a report and its rows, in the columns that were asked for, as they stand now."""
    found = queries.onward_report(db.session, _staff(), public_id)
    area = None if found is None else find_area(db.session, found.area)
    if found is None or area is None:
        raise NotFound()
    rows = queries.onward_rows(db.session, area, found.from_on, found.until_on, report=public_id)
    return found, table_of(rows, found.columns)


def _file(body: str | bytes, mimetype: str, found: OnwardFile, ending: str) -> Response:
    name = f"service-{found.from_on}-{found.until_on}.{ending}"
    said = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, mimetype=mimetype, headers=said)


@bp.get("/console/onward/<public_id>.csv")
def download_onward(public_id: str) -> Response:
    """The rows of one report as CSV."""
    found, table = _onward_table(public_id)
    out = io.StringIO()
    csv.writer(out).writerows([[csv_cell(cell) if isinstance(cell, str) else cell for cell in line] for line in table])
    return _file("\ufeff" + out.getvalue(), "text/csv", found, "csv")


@bp.get("/console/onward/<public_id>.xlsx")
def take_onward_workbook(public_id: str) -> Response:
    """The rows of one report as a workbook."""
    from pointsapp.certificates.workbook import workbook_of  # who never asks for one does without openpyxl's 5 MB

    found, table = _onward_table(public_id)
    return _file(workbook_of(table), XLSX, found, "xlsx")


def _back(words: str) -> str:
    flash(words, "yes")
    return url_for("certificates.show_console_certificates")
