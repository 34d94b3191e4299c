"""What waits for an organiser: lines of certificates to confirm, and requests to correct a record, each with its own day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from pointsapp.certificates.models import (
    Certificate,
    CertificateLine,
    CertificateState,
    LineState,
    RecordRequest,
    RequestState,
)
from pointsapp.core.duties import Duties, duty_columns
from pointsapp.people.models import Person


def lines(now: datetime) -> Select[Any]:
    """Select lines that nobody has confirmed, of certificates that are still asked for."""
    columns = duty_columns(
        number=CertificateLine.id,
        area_id=CertificateLine.area_id,
        since=Certificate.asked_at,
        due_at=Certificate.due_at,
        title=Person.name,
        arg=CertificateLine.public_id,
        not_by=Certificate.person_id,
    )
    return (
        select(*columns)
        .join(Certificate, Certificate.id == CertificateLine.certificate_id)
        .join(Person, Person.id == Certificate.person_id)
        .where(CertificateLine.state == LineState.WAITING, Certificate.state == CertificateState.ASKED)
    )


def requests(now: datetime) -> Select[Any]:
    """Select requests to correct a record that nobody has answered."""
    columns = duty_columns(
        number=RecordRequest.id,
        area_id=RecordRequest.area_id,
        since=RecordRequest.asked_at,
        due_at=RecordRequest.due_at,
        title=Person.name,
        not_by=RecordRequest.person_id,
    )
    return (
        select(*columns)
        .join(Person, Person.id == RecordRequest.person_id)
        .where(RecordRequest.state == RequestState.ASKED)
    )


DUTIES = (
    Duties(
        key="certificates.lines",
        name=_l("确认服务证明"),
        endpoint="certificates.show_line",
        arg="line",
        waiting=lines,
        is_named=True,
    ),
    Duties(
        key="certificates.requests",
        name=_l("答复更正申请"),
        endpoint="certificates.show_console_certificates",
        waiting=requests,
        is_named=True,
    ),
)
