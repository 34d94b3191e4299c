"""Why two accounts are not made one.

Conflict  409   MergeBarred (facts: why), MergeDecided, SameAccount
Forbidden 403   MergeNeedsAnother (as `not_allowed`)
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from pointsapp.core.errors import Conflict, Forbidden


class MergeBarred(Conflict):
    """Something must be settled before. Facts: bar (its key), n (how much of it)."""

    code = "merge_barred"

    def __init__(self, bar: str, label: Any, number: int) -> None:
        super().__init__(bar=bar, n=number)
        self.detail = str(label) % {"n": number}


class MergeDecided(Conflict):
    detail = _l("这件合并已经有人处理过了。")


class SameAccount(Conflict):
    detail = _l("这是同一个账号，没有什么可合并的。")


class MergeNeedsAnother(Forbidden):
    """One proposes, another confirms, and neither is whom it concerns."""

    detail = _l("合并要两个人办：提出的人不能自己确认，也不能办自己的账号。")
