"""What somebody said and was answered goes over, so that the handler sees one person."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core.merging import whole_rows

CARRIES = (whole_rows("feedback.said", _l("%(n)s 条意见和投诉"), ("feedback", "person_id")),)
