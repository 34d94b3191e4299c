"""What privacy itself holds of a person: that they asked stays, what was written about it goes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core.personal import Acts, Fate, Holding
from pointsapp.web.personal import TRACE

PARTS = (
    Holding(
        table="erasure",
        column="person_id",
        fate=Fate.BLANKED,
        label=_l("注销申请的日期"),
        why=TRACE,
        blanks={"note": ""},
        plain=frozenset({"public_id", "state", "ended"}),
    ),
    Acts(table="erasure", columns=("asked_by_id", "withdrawn_by_id")),
    Holding(table="records_copy", column="person_id", fate=Fate.GOES, label=_l("导出信息的记录")),
)
