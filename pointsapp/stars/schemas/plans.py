"""Plans: the forms of an item, and what the API says of a plan."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, ValidationError, fields, post_load, validates_schema

from pointsapp.stars.services import AddItem, ChangeItem, ItemDraft, LinkEvidence
from pointsapp.web.schemas import Day, FormSchema, Moment, PublicId, Text, Whole


class _ItemForm(FormSchema):
    """What an item says; `goal` is a star's key, or a star's and an indicator's with a slash between."""

    goal = Text(81, required=True)
    title = Text(60, required=True)
    lead_unit = Text(40, required=True)
    responsible_unit = Text(40, required=True)
    person_id = PublicId(load_default=None)
    due_on = Day(required=True)

    def draft(self, data: dict[str, Any]) -> ItemDraft:
        star, _slash, indicator = data.pop("goal").partition("/")
        names = ("title", "lead_unit", "responsible_unit", "person_id", "due_on")
        return ItemDraft(star=star, indicator=indicator or None, **{name: data.pop(name) for name in names})


class PlanItemForm(_ItemForm):
    round_id = PublicId(required=True)
    branch_id = PublicId(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> AddItem:
        return AddItem(item=self.draft(data), **data)


class ItemChangeForm(_ItemForm):
    branch_id = PublicId(required=True)
    item_id = PublicId(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> ChangeItem:
        return ChangeItem(item=self.draft(data), **data)


class ProgressForm(FormSchema):
    progress = Whole(0, 100, from_text=True, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> int:
        return int(data["progress"])


class WithdrawForm(FormSchema):
    reason = Text(200, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> str:
        return str(data["reason"])


class LinkForm(FormSchema):
    """A row or a note: the one that is filled in; with both, the row."""

    branch_id = PublicId(required=True)
    item_id = PublicId(required=True)
    evidence_id = PublicId(load_default=None)
    note = Text(200, load_default=None)

    @validates_schema
    def needs_one(self, data: dict[str, Any], **_kw: Any) -> None:
        if not data.get("evidence_id") and not data.get("note"):
            raise ValidationError(str(_l("请选一条记录，或写一句说明")), "note")

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> LinkEvidence:
        return LinkEvidence(**data | ({"note": None} if data["evidence_id"] else {}))


class PlanItemSchema(Schema):
    id = fields.String(attribute="public_id")
    star = fields.String()
    indicator = fields.String(allow_none=True)
    title = fields.String()
    lead_unit = fields.String()
    responsible_unit = fields.String()
    person = fields.String(allow_none=True)
    due_on = fields.Date()
    progress = fields.Integer()
    state = fields.String()
    links = fields.Integer()
    accepted_at = Moment(allow_none=True)


class PlanSchema(Schema):
    """A branch's plan of a round; `opened_at` is null and `baseline` empty before it is begun."""

    aims = fields.List(fields.String())
    opened_at = Moment(allow_none=True)
    baseline = fields.Dict(keys=fields.String(), values=fields.Integer(allow_none=True))
    items = fields.List(fields.Nested(PlanItemSchema))
