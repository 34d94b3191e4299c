"""What certificates hold of a person: numbers and minutes stay so that who was shown one can still verify it; the name goes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ScalarSelect, func, select, update
from sqlalchemy.orm import Session

from pointsapp.certificates.messages import CERTIFICATE_STATES
from pointsapp.certificates.models import Certificate, CertificateState
from pointsapp.core.personal import Acts, Chapter, Closing, Fate, Holding
from pointsapp.core.states import rows_changed
from pointsapp.web.personal import LAW

_LABEL = _l("服务证明和记录里的培训、表彰、评价")
PARTS = (
    Holding(
        table="certificate",
        column="person_id",
        fate=Fate.BLANKED,
        label=_LABEL,
        why=LAW,
        blanks={"holder": ""},
        plain=frozenset({"public_id", "state", "number"}),
    ),
    Acts(table="certificate_line", columns=("decided_by_id",)),
    Holding(
        table="record_item",
        column="person_id",
        fate=Fate.BLANKED,
        label=_LABEL,
        why=LAW,
        blanks={"words": ""},
        plain=frozenset({"public_id", "kind", "title"}),
    ),
    Acts(table="record_item", columns=("by_id", "taken_back_by_id")),
    Holding(table="record_request", column="person_id", fate=Fate.GOES, label=_l("记录更正的申请")),
    Acts(table="record_request", columns=("answered_by_id",)),
    Acts(table="onward_report", columns=("made_by_id",)),
)


def _waiting(person_id: int, **_moment: datetime) -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(Certificate)
        .where(Certificate.person_id == person_id, Certificate.state == CertificateState.ASKED)
        .scalar_subquery()
    )


def _withdraw(session: Session, person_id: int, **_moment: datetime) -> int:
    waiting = Certificate.person_id == person_id, Certificate.state == CertificateState.ASKED
    return rows_changed(session, update(Certificate).where(*waiting).values(state=CertificateState.WITHDRAWN))


CLOSINGS = (Closing(key="certificates.asked", label=_l("%(n)s 份证明申请会撤回"), counts=_waiting, ends=_withdraw),)


def _certificates(session: Session, person_id: int) -> list[tuple[Any, ...]]:
    rows = session.execute(
        select(Certificate.number, Certificate.from_on, Certificate.until_on, Certificate.minutes, Certificate.state)
        .where(Certificate.person_id == person_id)
        .order_by(Certificate.id.desc())
    )
    return [
        (row.number or "—", str(row.from_on), str(row.until_on), row.minutes, CERTIFICATE_STATES[row.state])
        for row in rows
    ]


CHAPTERS = (
    Chapter(
        key="certificates",
        title=_l("我的服务证明"),
        heads=(_l("编号"), _l("从"), _l("到"), _l("分钟"), _l("状态")),
        lists=_certificates,
    ),
)
