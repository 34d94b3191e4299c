"""The gate of contest: forms of pledges and panels."""

from pointsapp.contest.schemas.panels import CancelPanelForm, ExcuseForm, PanelForm, ScoreForm
from pointsapp.contest.schemas.pledges import JudgeForm, PledgeForm, ReportForm, WithdrawPledgeForm

__all__ = [
    "CancelPanelForm",
    "ExcuseForm",
    "JudgeForm",
    "PanelForm",
    "PledgeForm",
    "ReportForm",
    "ScoreForm",
    "WithdrawPledgeForm",
]
