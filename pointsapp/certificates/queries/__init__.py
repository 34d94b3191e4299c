"""Reads of certificates: what is on record by organiser, one certificate, what waits, what goes onward."""

from __future__ import annotations

from pointsapp.certificates.queries.certificates import (
    CertificateView,
    LineView,
    WaitingLine,
    certificate_by_number,
    certificate_of,
    certificates_of,
    certificates_page,
    line_services,
    waiting_lines,
)
from pointsapp.certificates.queries.onward import (
    OnwardFile,
    OnwardLine,
    OnwardRow,
    onward_report,
    onward_rows,
    reports_page,
)
from pointsapp.certificates.queries.records import (
    RecordItemView,
    RecordLine,
    RequestView,
    items_of,
    record_page,
    requests_of,
    requests_page,
)
from pointsapp.certificates.queries.sums import OrganiserSum, minutes_by_organiser, organiser_sums

__all__ = [
    "CertificateView",
    "LineView",
    "OnwardFile",
    "OnwardLine",
    "OnwardRow",
    "OrganiserSum",
    "RecordItemView",
    "RecordLine",
    "RequestView",
    "WaitingLine",
    "certificate_by_number",
    "certificate_of",
    "certificates_of",
    "certificates_page",
    "items_of",
    "line_services",
    "minutes_by_organiser",
    "onward_report",
    "onward_rows",
    "organiser_sums",
    "record_page",
    "reports_page",
    "requests_of",
    "requests_page",
    "waiting_lines",
]
