"""The gate of stars: JSON and forms. Scores are whole hundredths inside and plain numbers outside."""

from pointsapp.stars.schemas.board import (
    AimsForm,
    AssessForm,
    AssessmentSchema,
    AssessSchema,
    RoundPage,
    StandingDetailSchema,
    StandingPage,
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
from pointsapp.stars.schemas.proofs import ProofForm, ProofUseForm, PublicationForm
from pointsapp.stars.schemas.rounds import (
    AnswerForm,
    DeclineErratumForm,
    ErratumForm,
    ObjectForm,
    PublishForm,
    TakeBackForm,
)
from pointsapp.stars.schemas.schemes import SchemeSchema, scheme_in_words
from pointsapp.stars.schemas.score import shown_score
from pointsapp.stars.schemas.seeing import (
    BranchArgs,
    BranchItemSchema,
    BranchPage,
    LackPage,
    RadarSchema,
    RoundDetailSchema,
    StandingArgs,
    TierPage,
    TrendPage,
    lack_item,
    radar_item,
    round_detail,
    standings_answer,
    tier_items,
)
from pointsapp.stars.schemas.standing import detail

__all__ = [
    "AimsForm",
    "AnswerForm",
    "AssessForm",
    "AssessSchema",
    "AssessmentSchema",
    "BranchArgs",
    "BranchItemSchema",
    "BranchPage",
    "DeclineErratumForm",
    "DeclinePaperForm",
    "EndMemberForm",
    "ErratumForm",
    "FigurePage",
    "ItemChangeForm",
    "LackPage",
    "LinkForm",
    "MemberForm",
    "MetricPage",
    "MetricRowPage",
    "ObjectForm",
    "PaperForm",
    "PlanItemForm",
    "PlanSchema",
    "ProgressForm",
    "ProofForm",
    "ProofUseForm",
    "PublicationForm",
    "PublishForm",
    "RadarSchema",
    "RoundDetailSchema",
    "RoundPage",
    "SchemeSchema",
    "StandingArgs",
    "StandingDetailSchema",
    "StandingPage",
    "TakeBackForm",
    "TierPage",
    "TrendPage",
    "WithdrawForm",
    "detail",
    "lack_item",
    "radar_item",
    "round_detail",
    "scheme_in_words",
    "shown_score",
    "standings_answer",
    "tier_items",
]
