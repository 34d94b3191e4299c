"""Search the audit log: the search is written down before its result is shown."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from pointsapp.areas.queries import require_area
from pointsapp.audit.models import AuditSearch
from pointsapp.audit.policies import AUDIT_READERS, may_read_audit
from pointsapp.core.actor import Actor, require


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchAudit:
    """What is looked for; empty means any. `who` and `whom` are whole phones or volunteer numbers, `area` an id or a code."""

    reason: str
    who: str = ""
    whom: str = ""
    area: str = ""
    kind: str = ""
    from_on: date | None = None
    until_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchReceipt:
    public_id: str


def search_audit(session: Session, actor: Actor, command: SearchAudit, *, now: datetime) -> SearchReceipt:
    """Keep the search; its result is read under the id that comes back."""
    require(may_read_audit(actor))
    if command.area:
        area = require_area(session, command.area)
        require(actor.holds(AUDIT_READERS, area.path))
    asked = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(command).items()
        if name != "reason" and value
    }
    row = AuditSearch(by_id=actor.person_id, at=now, asked=asked, reason=command.reason)
    session.add(row)
    session.flush()
    return SearchReceipt(public_id=row.public_id)
