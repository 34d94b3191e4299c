"""A dispute goes over with what its resident said."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core.merging import whole_rows

CARRIES = (
    whole_rows(
        "disputes.own", _l("%(n)s 个核销争议"), ("redemption_dispute", "person_id"), ("dispute_statement", "said_by_id")
    ),
)
