"""One's own record and certificates: what stands in it, asking for a certificate, printing it, saying that something is wrong."""

from __future__ import annotations

from datetime import date

from flask import Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.certificates import queries
from pointsapp.certificates.messages import CERTIFICATE_STATES, KINDS, LINE_STATES, REQUEST_STATES
from pointsapp.certificates.pages.blueprint import bp
from pointsapp.certificates.queries import CertificateView
from pointsapp.certificates.schemas import RecordForm, SpanForm
from pointsapp.certificates.services import ask_certificate, ask_record, withdraw_certificate
from pointsapp.certificates.wording import full_day, spaced
from pointsapp.core.clock import local_day, now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.web.doors import Form, bind, blank, write_page
from pointsapp.web.links import absolute
from pointsapp.web.login import signed_in
from pointsapp.web.qr import qr_svg


def _record(form: Form) -> str:
    me = signed_in().person_id
    page = PageRequest(limit=20, after=decode_cursor(request.args.get("cursor"), (int,)))
    return render_template(
        "certificates/record.html",
        found=queries.record_page(db.session, me, page),
        items=queries.items_of(db.session, me),
        requests=queries.requests_of(db.session, me),
        kinds=KINDS,
        request_states=REQUEST_STATES,
        form=form,
        chosen=request.args.get("about", "")[:12] or form.value("signup"),
    )


@bp.get("/me/record")
def show_record() -> str:
    return _record(blank())


@bp.post("/me/record/requests")
def submit_record_request() -> ResponseReturnValue:
    form = bind(RecordForm())
    return form.submit(
        lambda command: write_page(
            ask_record, signed_in(), command, then=lambda _made: _back("show_record", _("已经送到组织方，会按时答复。"))
        ),
        or_show=lambda: _record(form),
    )


def _certificates(form: Form) -> str:
    today = local_day(now())
    return render_template(
        "certificates/certificates.html",
        found=queries.certificates_of(db.session, signed_in().person_id),
        states=CERTIFICATE_STATES,
        line_states=LINE_STATES,
        form=form,
        year=date(today.year, 1, 1),
        today=today,
        full_day=full_day,
    )


@bp.get("/me/certificates")
def show_certificates() -> str:
    return _certificates(blank())


@bp.post("/me/certificates")
def submit_certificate() -> ResponseReturnValue:
    form = bind(SpanForm())
    return form.submit(
        lambda command: write_page(
            ask_certificate,
            signed_in(),
            command,
            then=lambda _made: _back("show_certificates", _("已经请组织方确认，全部确认后就能打印。")),
        ),
        or_show=lambda: _certificates(form),
    )


@bp.post("/me/certificates/withdrawal")
def submit_certificate_withdrawal() -> ResponseReturnValue:
    return write_page(
        withdraw_certificate, signed_in(), then=lambda _made: _back("show_certificates", _("申请已经撤回。"))
    )


def _issued(public_id: str) -> CertificateView:
    view = queries.certificate_of(db.session, signed_in().person_id, public_id)
    if view is None or view.number is None:
        raise NotFound()
    return view


@bp.get("/me/certificates/<public_id>")
def print_certificate(public_id: str) -> str:
    view = _issued(public_id)
    address = absolute(f"/q/x/{view.number}")
    return render_template(
        "certificates/print_certificate.html",
        view=view,
        qr=qr_svg(address),
        number=spaced(view.number or ""),
        full_day=full_day,
    )


@bp.get("/me/certificates/<public_id>.pdf")
def download_certificate(public_id: str) -> Response:
    view = _issued(public_id)
    brand = _("志愿服务平台")
    # Read where it is wanted: what makes a PDF takes 5 MB that most server processes never need.
    from pointsapp.certificates.paper import certificate_pdf

    made = certificate_pdf(view, address=absolute(f"/q/x/{view.number}"), brand=brand, now=now())
    response = Response(made, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="certificate-{view.number}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _back(endpoint: str, words: str) -> str:
    flash(words, "yes")
    return url_for(f"certificates.{endpoint}")
