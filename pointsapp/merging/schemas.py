"""The gate of merging."""

from __future__ import annotations

from typing import Any

from pointsapp.merging.services import ProposeMerge
from pointsapp.web.schemas import FormSchema, PublicId, Text, post_load

REASON = 200


class ProposalForm(FormSchema):
    absorbed = PublicId(required=True)
    survivor = PublicId(required=True)
    reason = Text(REASON, required=True, lines=True)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> ProposeMerge:
        return ProposeMerge(**given)


class AnswerForm(FormSchema):
    reason = Text(REASON, required=True, lines=True)

    @post_load
    def words(self, given: dict[str, Any], **_kw: Any) -> str:
        return str(given["reason"])
