"""The reading room of stars: metrics, rounds and branches, standings, evidence."""

from pointsapp.stars.queries.catalogue import MetricFigure, MetricRows, figures, metric_rows
from pointsapp.stars.queries.counts import wrong_tallies
from pointsapp.stars.queries.drafts import Draft, judge_draft
from pointsapp.stars.queries.evidence import (
    AssessmentRow,
    EvidenceRow,
    IndicatorDetail,
    ItemDetail,
    StarDetail,
    drill_down,
    item_details,
    why_here,
)
from pointsapp.stars.queries.evidence_pages import EvidencePage, evidence_page
from pointsapp.stars.queries.metrics import CATALOGUE, METRICS, figure, register, register_evidence
from pointsapp.stars.queries.paper import PaperLineRow, PaperRow, paper_page, paper_sheet
from pointsapp.stars.queries.plan_choices import Officer, on_duty, rows_to_link
from pointsapp.stars.queries.plan_traces import PlanChangeRow, PlanLink, changes_of, links_of
from pointsapp.stars.queries.plans import (
    Plan,
    PlanItemRow,
    PlanLine,
    counts_of,
    items_by_star,
    items_of,
    plan_counts,
    plan_item,
    plan_of,
    plans_page,
)
from pointsapp.stars.queries.previews import Change, Preview, preview
from pointsapp.stars.queries.rounds import (
    BranchRow,
    MemberRow,
    RoundRow,
    find_branch,
    find_round,
    latest_rounds,
    members_page,
    newest_round,
    open_rounds,
    rounds_page,
)
from pointsapp.stars.queries.standings import Standing, one_standing, standings, with_movement
from pointsapp.stars.rules.plans import ItemCounts

__all__ = [
    "CATALOGUE",
    "METRICS",
    "AssessmentRow",
    "BranchRow",
    "Change",
    "Draft",
    "EvidencePage",
    "EvidenceRow",
    "IndicatorDetail",
    "ItemCounts",
    "ItemDetail",
    "MemberRow",
    "MetricFigure",
    "MetricRows",
    "Officer",
    "PaperLineRow",
    "PaperRow",
    "Plan",
    "PlanChangeRow",
    "PlanItemRow",
    "PlanLine",
    "PlanLink",
    "Preview",
    "RoundRow",
    "Standing",
    "StarDetail",
    "changes_of",
    "counts_of",
    "drill_down",
    "evidence_page",
    "figure",
    "figures",
    "find_branch",
    "find_round",
    "item_details",
    "items_by_star",
    "items_of",
    "judge_draft",
    "latest_rounds",
    "links_of",
    "members_page",
    "metric_rows",
    "newest_round",
    "on_duty",
    "one_standing",
    "open_rounds",
    "paper_page",
    "paper_sheet",
    "plan_counts",
    "plan_item",
    "plan_of",
    "plans_page",
    "preview",
    "register",
    "register_evidence",
    "rounds_page",
    "rows_to_link",
    "standings",
    "why_here",
    "with_movement",
    "wrong_tallies",
]
