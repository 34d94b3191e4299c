"""What changes about certificates, records and what goes onward."""

from __future__ import annotations

from pointsapp.certificates.models import RecordKind
from pointsapp.certificates.services.certificates import (
    AskCertificate,
    CertificateReceipt,
    ask_certificate,
    confirm_line,
    reject_line,
    supersede_corrected,
    withdraw_certificate,
)
from pointsapp.certificates.services.onward import ReportOnward, ReportReceipt, report_onward
from pointsapp.certificates.services.records import (
    AddItem,
    AnswerRequest,
    AskRecord,
    RecordReceipt,
    add_item,
    answer_request,
    ask_record,
    take_back_item,
)

__all__ = [
    "AddItem",
    "AnswerRequest",
    "AskCertificate",
    "AskRecord",
    "CertificateReceipt",
    "RecordKind",
    "RecordReceipt",
    "ReportOnward",
    "ReportReceipt",
    "add_item",
    "answer_request",
    "ask_certificate",
    "ask_record",
    "confirm_line",
    "reject_line",
    "report_onward",
    "supersede_corrected",
    "take_back_item",
    "withdraw_certificate",
]
