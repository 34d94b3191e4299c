"""What small good deeds give the star board: those that the community approved."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core.metrics import Gives, Metric, one, one_less

DEEDS = "deeds"

# A second look that takes an approval back is evidence of its own: one less.
GIVES = (
    Gives(kind="deeds.approved", evidence=DEEDS, amount=one),
    Gives(kind="deeds.revoked", evidence=DEEDS, amount=one_less),
)

METRICS = (
    Metric(
        key="deeds",
        name=_l("随手做志愿"),
        unit=_l("件"),
        counts=_l("在辖区内交来照片和说明、由社区工作人员看过并通过的小事"),
        formula=_l("通过的件数减去复核后取消的件数"),
        evidence=DEEDS,
    ),
)
