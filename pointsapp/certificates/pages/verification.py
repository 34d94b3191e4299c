"""What a certificate's QR opens: anybody may see whether it stands."""

from __future__ import annotations

from flask import render_template

from pointsapp.certificates import queries
from pointsapp.certificates.pages.blueprint import bp
from pointsapp.certificates.wording import full_day
from pointsapp.core.codes import CERTIFICATE_LENGTH, read
from pointsapp.core.db import db
from pointsapp.web.guard import public
from pointsapp.web.guesses import takes_codes


@bp.get("/q/x/<number>")
@public("whoever was shown a certificate can verify it")
@takes_codes
def verify_certificate(number: str) -> tuple[str, int] | str:
    code = read(number, CERTIFICATE_LENGTH)
    found = None if code is None else queries.certificate_by_number(db.session, code)
    page = render_template("certificates/verify.html", view=found, typed=number[:40], full_day=full_day)
    return page if found is not None else (page, 404)
