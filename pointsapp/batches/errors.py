"""Why a file is not taken in.

Conflict   409   NothingToRun (as `wrong_state`)
RuleBroken 422   BadRows (facts: rows), ReasonMissing
"""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from pointsapp.batches.rules import Problem
from pointsapp.core.errors import Conflict, RuleBroken


class BadRows(RuleBroken):
    """Rows of the file are wrong; `problems` are in the order of the lines. Facts: rows."""

    code = "bad_rows"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(rows=len(problems))
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))


class ReasonMissing(RuleBroken):
    code = "export_reason_missing"


class NothingToRun(Conflict):
    detail = _l("这一批已经在办、办完或取消了。")
