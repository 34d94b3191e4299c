"""Who reads the audit log. Pure; used by services, lists and templates alike."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core import policy
from pointsapp.core.actor import STREET_OFFICE, Actor, Role

AUDIT_READERS = STREET_OFFICE | {Role.AUDITOR}

SEARCH_MINUTES = policy.declare("audit.search_minutes", 60, _l("一次操作日志查询的结果可以看多少分钟，过后要重新查询"))


def may_read_audit(actor: Actor | None) -> bool:
    """Auditors and the street office, each within their remit; the platform's administrator everywhere."""
    return actor is not None and actor.holds_anywhere(AUDIT_READERS)
