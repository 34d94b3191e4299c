"""The gate of stars: JSON and forms. Scores are whole hundredths inside and plain numbers outside."""

from pointsapp.stars.schemas.board import (
    AimsForm,
    AssessForm,
    AssessmentSchema,
    AssessSchema,
    RoundPage,
    StandingDetailSchema,
    StandingPage,
    detail,
    shown_score,
)
from pointsapp.stars.schemas.members import EndMemberForm, MemberForm
from pointsapp.stars.schemas.metrics import FigurePage, MetricPage, MetricRowPage
from pointsapp.stars.schemas.paper import DeclinePaperForm, PaperForm
from pointsapp.stars.schemas.plans import (
    ItemChangeForm,
    LinkForm,
    PlanItemForm,
    PlanSchema,
    ProgressForm,
    WithdrawForm,
)

__all__ = [
    "AimsForm",
    "AssessForm",
    "AssessSchema",
    "AssessmentSchema",
    "DeclinePaperForm",
    "EndMemberForm",
    "FigurePage",
    "ItemChangeForm",
    "LinkForm",
    "MemberForm",
    "MetricPage",
    "MetricRowPage",
    "PaperForm",
    "PlanItemForm",
    "PlanSchema",
    "ProgressForm",
    "RoundPage",
    "StandingDetailSchema",
    "StandingPage",
    "WithdrawForm",
    "detail",
    "shown_score",
]
