"""Who has asked to leave is not moved meanwhile: both accounts wait until that is taken back or done."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ScalarSelect, func, select

from pointsapp.core.merging import Bar, Stays, whole_rows
from pointsapp.privacy.models import Erasure, ErasureState


def _leaving(absorbed_id: int, survivor_id: int, **_moment: Any) -> ScalarSelect[int]:
    asked = Erasure.person_id.in_((absorbed_id, survivor_id)), Erasure.state == ErasureState.WAITING
    return select(func.count()).select_from(Erasure).where(*asked).scalar_subquery()


BARS = (Bar(key="privacy.leaving", label=_l("有 %(n)s 个账号申请了注销，先撤回申请"), counts=_leaving),)
CARRIES = (whole_rows("privacy.erasures", _l("%(n)s 次撤回过的注销申请"), ("erasure", "person_id")),)
STAYS = (
    Stays(table="records_copy", columns=("person_id",), why="a copy taken an hour ago at most is of the old account"),
)
