"""JSON door of certificates: asked by the person, confirmed by who organised, verified by anybody."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_babel import gettext as _

from pointsapp.certificates import queries
from pointsapp.certificates.queries import CertificateView, WaitingLine
from pointsapp.certificates.schemas import (
    CertificateJson,
    CertificateReceiptSchema,
    CertificateSchema,
    LineConfirmationJson,
    LineRefusalJson,
    VerifiedSchema,
    WaitingLineSchema,
)
from pointsapp.certificates.services import (
    AskCertificate,
    ask_certificate,
    confirm_line,
    reject_line,
    withdraw_certificate,
)
from pointsapp.core.actor import require
from pointsapp.core.clock import now
from pointsapp.core.codes import CERTIFICATE_LENGTH, read
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page
from pointsapp.people.policies import may_see_people
from pointsapp.web.api import api_blueprint, refuses
from pointsapp.web.doors import write_json
from pointsapp.web.guard import public
from pointsapp.web.guesses import takes_codes
from pointsapp.web.links import absolute
from pointsapp.web.login import signed_in
from pointsapp.web.schemas import PageArgs, page_request, page_schema

blp = api_blueprint("certificates", "Certificates of service: asked for, confirmed, verified.")


@blp.get("/me/certificates")
@blp.arguments(PageArgs, location="query")
@blp.response(200, page_schema(CertificateSchema))
def list_my_certificates(args: dict[str, Any]) -> Page[CertificateView]:
    """List one's certificates and what one asked for, the newest first."""
    return queries.certificates_page(db.session, signed_in().person_id, page_request(args, int))


@blp.post("/me/certificates")
@blp.arguments(CertificateJson)
@blp.response(201, CertificateReceiptSchema)
@refuses("certificate_waiting", "nothing_to_certify")
def post_certificate(command: AskCertificate) -> Response:
    """Ask every organiser of one's service in these days to confirm what it has on record."""
    return write_json(ask_certificate, signed_in(), command, schema=CertificateReceiptSchema)


@blp.get("/me/certificates/<certificate_id>")
@blp.response(200, CertificateSchema)
def read_certificate(certificate_id: str) -> CertificateView:
    """Read one of one's own with its lines."""
    return _mine(certificate_id)


@blp.get("/me/certificates/<certificate_id>/file")
@blp.response(200, {"format": "binary", "type": "string"}, content_type="application/pdf")
def take_certificate(certificate_id: str) -> Response:
    """Take an issued certificate as a PDF; 404 until it is issued."""
    view = _mine(certificate_id)
    if view.number is None:
        raise NotFound()
    # Read where it is wanted: what makes a PDF takes 5 MB that most server processes never need.
    from pointsapp.certificates.paper import certificate_pdf

    address, brand = absolute(f"/q/x/{view.number}"), _("志愿服务平台")
    made = certificate_pdf(view, address=address, brand=brand, now=now())
    return Response(made, mimetype="application/pdf", headers={"Cache-Control": "no-store"})


@blp.post("/me/certificates/<certificate_id>/withdrawal")
@blp.response(200, CertificateReceiptSchema)
@refuses("wrong_state")
def withdraw_asked(certificate_id: str) -> Response:
    """Ask no more for one that waits."""
    _mine(certificate_id)
    return write_json(
        withdraw_certificate, signed_in(), only=certificate_id, schema=CertificateReceiptSchema, status=200
    )


@blp.get("/certificates/<number>")
@public("whoever was shown a certificate can verify it")
@blp.response(200, VerifiedSchema)
@takes_codes
def verify_certificate(number: str) -> CertificateView:
    """Say whether the certificate with this number stands, and what it says; the name is masked."""
    code = read(number, CERTIFICATE_LENGTH)
    found = None if code is None else queries.certificate_by_number(db.session, code)
    if found is None:
        raise NotFound()
    return found


@blp.get("/certificate-lines")
@blp.arguments(PageArgs, location="query")
@blp.response(200, page_schema(WaitingLineSchema))
@refuses("not_allowed")
def list_waiting_lines(args: dict[str, Any]) -> Page[WaitingLine]:
    """List what waits for the areas one is staff of, the oldest first."""
    actor = signed_in()
    require(may_see_people(actor))
    return queries.waiting_lines(db.session, actor, page_request(args, int))


@blp.post("/certificate-lines/<line_id>/confirmation")
@blp.arguments(LineConfirmationJson)
@blp.response(200, CertificateReceiptSchema)
@refuses("not_allowed", "line_decided", "record_changed")
def post_line_confirmation(typed: dict[str, int], line_id: str) -> Response:
    """Confirm a line with the minutes that were read; the last one issues the certificate."""
    return write_json(confirm_line, signed_in(), line_id, typed["minutes"], schema=CertificateReceiptSchema, status=200)


@blp.post("/certificate-lines/<line_id>/refusal")
@blp.arguments(LineRefusalJson)
@blp.response(200, CertificateReceiptSchema)
@refuses("not_allowed", "line_decided")
def post_line_refusal(typed: dict[str, str], line_id: str) -> Response:
    """Say what is wrong with a line: the request ends and the person reads why."""
    return write_json(reject_line, signed_in(), line_id, typed["reason"], schema=CertificateReceiptSchema, status=200)


def _mine(certificate_id: str) -> CertificateView:
    view = queries.certificate_of(db.session, signed_in().person_id, certificate_id)
    if view is None:
        raise NotFound()
    return view
