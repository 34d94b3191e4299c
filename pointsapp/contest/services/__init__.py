"""What changes the contest: pledges and panels."""

from pointsapp.contest.models import Outcome
from pointsapp.contest.services.panels import (
    CallPanel,
    PanelReceipt,
    SeatDraft,
    call_panel,
    cancel_panel,
    close_panel,
    excuse,
)
from pointsapp.contest.services.pledges import (
    JudgePledge,
    PledgeReceipt,
    PublishPledge,
    ReportPledge,
    judge_pledge,
    publish_pledge,
    report_pledge,
    withdraw_pledge,
)
from pointsapp.contest.services.scoring import ScoreReceipt, give_score

__all__ = [
    "CallPanel",
    "JudgePledge",
    "Outcome",
    "PanelReceipt",
    "PledgeReceipt",
    "PublishPledge",
    "ReportPledge",
    "ScoreReceipt",
    "SeatDraft",
    "call_panel",
    "cancel_panel",
    "close_panel",
    "excuse",
    "give_score",
    "judge_pledge",
    "publish_pledge",
    "report_pledge",
    "withdraw_pledge",
]
