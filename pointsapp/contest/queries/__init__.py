"""The reading room of contest: pledges, panels, two branches side by side."""

from pointsapp.contest.queries.compare import Comparison, branches_to_compare
from pointsapp.contest.queries.interest import interested
from pointsapp.contest.queries.panels import (
    PanelRow,
    ResultRow,
    SeatRow,
    Sheet,
    find_panel,
    panels_page,
    results_of,
    sheet_of,
)
from pointsapp.contest.queries.pledges import (
    BranchPledges,
    PledgeCounts,
    PledgeRow,
    StepRow,
    counts_of_pledges,
    opened_on,
    pledge_counts,
    pledge_of,
    pledges_of,
    pledges_page,
)

__all__ = [
    "BranchPledges",
    "Comparison",
    "PanelRow",
    "PledgeCounts",
    "PledgeRow",
    "ResultRow",
    "SeatRow",
    "Sheet",
    "StepRow",
    "branches_to_compare",
    "counts_of_pledges",
    "find_panel",
    "interested",
    "opened_on",
    "panels_page",
    "pledge_counts",
    "pledge_of",
    "pledges_of",
    "pledges_page",
    "results_of",
    "sheet_of",
]
