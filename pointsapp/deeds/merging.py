"""Deeds go over with their pictures and reviews; their entries stay with the book they were made in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core.merging import whole_rows

CARRIES = (whole_rows("deeds.deeds", _l("%(n)s 件随手做志愿"), ("deed", "person_id")),)
