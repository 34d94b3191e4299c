"""What giving holds of a person: what was donated and given stays with the books, by key."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core.personal import Acts, Fate, Holding, Nobodys
from pointsapp.web.personal import BOOKS

_GIFTS = _l("送出和收到的积分")

PARTS = (
    Holding(
        table="donation",
        column="person_id",
        fate=Fate.STAYS,
        label=_l("捐给基金的积分"),
        why=BOOKS,
        plain=frozenset({"public_id"}),
    ),
    Holding(table="gift", column="giver_id", fate=Fate.STAYS, label=_GIFTS, why=BOOKS, plain=frozenset({"public_id"})),
    Holding(
        table="gift", column="receiver_id", fate=Fate.STAYS, label=_GIFTS, why=BOOKS, plain=frozenset({"public_id"})
    ),
    Acts(table="fund", columns=("opened_by_id",)),
    Nobodys(table="fund", columns=("name",), why="a fund's own name"),
    Acts(table="fund_use", columns=("told_by_id",)),
)
