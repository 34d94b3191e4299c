"""A plan's baseline: what the branch brought together in the quarter before, as the platform knew it when the round began.

Evidence is never changed and carries when it was recorded, so the same figures come out whenever the plan is begun.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from pointsapp.core import clock
from pointsapp.stars.queries.branches import BranchRow
from pointsapp.stars.queries.metrics import Span, Tally, headcounts, one_branch, tallies, values_of
from pointsapp.stars.queries.rounds import RoundRow


def baseline_of(session: Session, found: RoundRow, branch: BranchRow) -> dict[str, int | None]:
    """Return each metric's figure of the branch in the quarter before `found`."""
    first, _last = clock.quarter_of(found.starts_on - timedelta(days=1))
    start, end = clock.at_local(first), clock.at_local(found.starts_on)
    span = Span(start=start, end=end, as_of=end)
    tally = tallies(session, one_branch(branch.id), span).get(branch.id) or Tally()
    tally.headcount = headcounts(session, one_branch(branch.id), span).get(branch.id)
    return values_of(tally)
