"""What a certificate says, on the page as on paper."""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import gettext as _

from pointsapp.certificates.queries import CertificateView
from pointsapp.core.clock import local_day


def spaced(number: str) -> str:
    """Return the number in groups of four, as it is read out."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def sentences(view: CertificateView) -> tuple[str, ...]:
    """Return what a certificate says, line by line; the printed page says the same."""
    return (
        _("%(name)s（志愿者编号 %(number)s）", name=view.holder, number=view.volunteer_number),
        _("在 %(start)s 至 %(end)s 期间参加志愿服务，", start=full_day(view.from_on), end=full_day(view.until_on)),
        _("经组织方逐一确认，服务时长共计："),
    )


def full_day(value: datetime | date | None) -> str:
    """Return a local day with its year, as paper wants it: 2026-11-21."""
    if value is None:
        return "—"
    return (local_day(value) if isinstance(value, datetime) else value).isoformat()
