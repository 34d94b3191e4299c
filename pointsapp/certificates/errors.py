"""Refusals of certificates."""

from __future__ import annotations

from pointsapp.core.errors import Conflict


class HomeMissing(Conflict):
    """Who belongs to no community has nobody to ask about a service that is missing altogether."""

    code = "home_missing"


class NothingToCertify(Conflict):
    """No credited service in these days."""

    code = "nothing_to_certify"


class CertificateWaiting(Conflict):
    """One request at a time."""

    code = "certificate_waiting"


class RecordChanged(Conflict):
    """The record is not what was asked about any more: the request is drawn up anew. Facts: minutes."""

    code = "record_changed"


class LineDecided(Conflict):
    code = "line_decided"


class RequestAnswered(Conflict):
    code = "request_answered"


class NothingToReport(Conflict):
    """Every row of these days was reported already."""

    code = "nothing_to_report"
