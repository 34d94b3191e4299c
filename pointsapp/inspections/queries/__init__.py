"""The reading room of inspections: draws, visits, findings, passes."""

from pointsapp.inspections.queries.branches import branch_options
from pointsapp.inspections.queries.draws import (
    DrawnBranch,
    DrawPage,
    DrawRow,
    DrawState,
    PoolInspector,
    draw_page,
    draws_page,
    free_inspectors,
)
from pointsapp.inspections.queries.findings import (
    Counts,
    FindingPage,
    FindingRow,
    StepRow,
    counts,
    deductions_for,
    finding_page,
    findings_of_branch,
    findings_of_visit,
    findings_page,
    to_look_again,
    to_rectify,
)
from pointsapp.inspections.queries.passes import OpeningRow, PassRow, openings_page, passes_page, valid_pass
from pointsapp.inspections.queries.photos import PhotoRow, find_photo, named_photos
from pointsapp.inspections.queries.told import ToldFinding, told_findings
from pointsapp.inspections.queries.visits import VisitRow, my_visits, one_visit, visits_of_draw

__all__ = [
    "Counts",
    "DrawPage",
    "DrawRow",
    "DrawState",
    "DrawnBranch",
    "FindingPage",
    "FindingRow",
    "OpeningRow",
    "PassRow",
    "PhotoRow",
    "PoolInspector",
    "StepRow",
    "ToldFinding",
    "VisitRow",
    "branch_options",
    "counts",
    "deductions_for",
    "draw_page",
    "draws_page",
    "find_photo",
    "finding_page",
    "findings_of_branch",
    "findings_of_visit",
    "findings_page",
    "free_inspectors",
    "my_visits",
    "named_photos",
    "one_visit",
    "openings_page",
    "passes_page",
    "to_look_again",
    "to_rectify",
    "told_findings",
    "valid_pass",
    "visits_of_draw",
]
