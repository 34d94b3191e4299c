"""The forms of a pledge."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load

from pointsapp.contest.services import JudgePledge, Outcome, PublishPledge, ReportPledge
from pointsapp.web.schemas import Day, FormSchema, PublicId, Text


class PledgeForm(FormSchema):
    round_id = PublicId(required=True)
    branch_id = PublicId(required=True)
    star = Text(40, required=True)
    promise = Text(120, required=True)
    shown_by = Text(120, required=True)
    due_on = Day(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> PublishPledge:
        return PublishPledge(**data)


class WithdrawPledgeForm(FormSchema):
    reason = Text(300, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> str:
        return str(data["reason"])


class ReportForm(FormSchema):
    branch_id = PublicId(required=True)
    pledge_id = PublicId(required=True)
    outcome = fields.Enum(Outcome, by_value=True, required=True)
    reason = Text(300, required=True)
    plan_item_id = PublicId(load_default=None)
    evidence_id = PublicId(load_default=None)
    note = Text(200, load_default=None)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> ReportPledge:
        return ReportPledge(**data)


class JudgeForm(FormSchema):
    """`agrees` yes or no; a no needs its reason."""

    branch_id = PublicId(required=True)
    pledge_id = PublicId(required=True)
    agrees = fields.Boolean(required=True)
    reason = Text(300, load_default="")

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> JudgePledge:
        return JudgePledge(**data)
