"""The gate of merchants: text to commands, rows to JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import fields, validate

from pointsapp.core.actor import MERCHANT_ROLES, Role
from pointsapp.merchants.models import Funding
from pointsapp.merchants.queries import TermsView
from pointsapp.merchants.rules import MAX_FEN, MAX_LIMIT, MAX_POINTS, MAX_STOCK, OfferTerms
from pointsapp.merchants.services import (
    ChangeMerchant,
    CreateOffer,
    EditOffer,
    InviteToMerchant,
    PauseMerchant,
    RegisterMerchant,
)
from pointsapp.web.filters import local_input
from pointsapp.web.schemas import (
    AreaRefSchema,
    Day,
    FormSchema,
    JsonSchema,
    LocalMoment,
    Moment,
    PageArgs,
    PublicId,
    Text,
    Whole,
    post_load,
)

CODE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
MAX_DESCRIPTION = 1000
_CODE = validate.Regexp(CODE_PATTERN, error=_l("只用字母、数字和 . _ -"))  # type: ignore[arg-type]


class MerchantSchema(JsonSchema):
    """One merchant."""

    id = fields.String(attribute="public_id")
    code = fields.String()
    name = fields.String()
    area = fields.Nested(AreaRefSchema)
    address = fields.String()
    phone = fields.String(allow_none=True)
    opening_hours = fields.String(allow_none=True)
    paused = fields.Boolean(attribute="is_paused")


class RegisterMerchantSchema(JsonSchema):
    code = Text(40, required=True, validate=[_CODE])
    name = Text(60, required=True)
    area_id = PublicId(required=True)
    address = Text(120, required=True)
    phone = Text(30, load_default=None, allow_none=True)
    opening_hours = Text(120, load_default=None, allow_none=True)

    @post_load
    def command(self, found: dict[str, Any], **_kw: Any) -> RegisterMerchant:
        return RegisterMerchant(area=found.pop("area_id"), **found)


class RegisterMerchantForm(RegisterMerchantSchema, FormSchema):
    class Meta(FormSchema.Meta):
        pass


class MerchantArgs(PageArgs):
    area = fields.String(load_default=None, validate=validate.Length(max=40))


class OfferSchema(JsonSchema):
    """One offer; `change_state` speaks of a newer version than the one residents see."""

    id = fields.String(attribute="public_id")
    title = fields.String()
    description = fields.String()
    merchant = fields.Nested(AreaRefSchema)
    points = fields.Integer()
    state = fields.Function(lambda row: row.state.value)
    stock_left = fields.Integer(allow_none=True)
    left_today = fields.Integer(allow_none=True)
    per_person_limit = fields.Integer(allow_none=True)
    daily_limit = fields.Integer(allow_none=True)
    starts_at = Moment(allow_none=True)
    ends_at = Moment(allow_none=True)
    standing = fields.Function(lambda row: row.standing.value)
    funding = fields.Function(lambda row: row.shown.funding.value)
    funding_unit = fields.String(allow_none=True, attribute="shown.funding_unit")
    change_state = fields.Function(lambda row: row.newest.state.value if row.has_change else None)


def _terms(found: Mapping[str, Any]) -> OfferTerms:
    return OfferTerms(**{name: found[name] for name in OfferTerms.__slots__ if name in found})


class CreateOfferSchema(JsonSchema):
    """POST /offers: the contract's fields, and who bears the cost."""

    merchant_id = PublicId(required=True)
    title = Text(60, required=True)
    description = Text(MAX_DESCRIPTION, required=True, lines=True)
    points = Whole(1, MAX_POINTS, required=True)
    stock = Whole(1, MAX_STOCK, load_default=None, allow_none=True)
    per_person_limit = Whole(1, MAX_LIMIT, load_default=None, allow_none=True)
    daily_limit = Whole(1, MAX_STOCK, load_default=None, allow_none=True)
    starts_at = Moment(load_default=None, allow_none=True)
    ends_at = Moment(load_default=None, allow_none=True)
    funding = fields.Enum(Funding, by_value=True, load_default=Funding.GIVEN)
    agreed_fen = Whole(1, MAX_FEN, load_default=None, allow_none=True)
    funding_unit = Text(60, load_default=None, allow_none=True)
    funded_from_on = Day(load_default=None, allow_none=True)
    funded_until_on = Day(load_default=None, allow_none=True)

    @post_load
    def command(self, found: dict[str, Any], **_kw: Any) -> CreateOffer:
        return CreateOffer(merchant=found["merchant_id"], terms=_terms(found))


class RejectOfferSchema(JsonSchema):
    reason = Text(300, required=True, lines=True)


class OfferArgs(PageArgs):
    area = fields.String(load_default=None, validate=validate.Length(max=40))
    affordable = fields.Boolean(load_default=False)
    merchant = fields.String(load_default=None, validate=validate.Length(max=40))
    q = fields.String(load_default=None, validate=validate.Length(max=60))


# What a form knows of a cost: yuan as people write it, kept as fen.
class Yuan(fields.Decimal):
    """1.5 -> 150 fen; at most two decimals."""

    def __init__(self, **kw: Any) -> None:
        super().__init__(places=None, allow_nan=False, **kw)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kw: Any) -> int:  # type: ignore[override]
        if isinstance(value, str) and len(value) > 12:
            raise self.make_error("invalid", input=value)
        fen = super()._deserialize(value, attr, data, **kw) * 100  # type: ignore[operator]
        if fen != fen.to_integral_value() or not 1 <= fen <= MAX_FEN:
            raise self.make_error("invalid", input=value)
        return int(fen)


class OfferForm(FormSchema):
    """The manager's form; its buttons say whether it stays a draft."""

    title = Text(60, required=True)
    description = Text(MAX_DESCRIPTION, required=True, lines=True)
    points = Whole(1, MAX_POINTS, required=True, from_text=True)
    stock = Whole(1, MAX_STOCK, load_default=None, from_text=True)
    per_person_limit = Whole(1, MAX_LIMIT, load_default=None, from_text=True)
    daily_limit = Whole(1, MAX_STOCK, load_default=None, from_text=True)
    starts_at = LocalMoment(load_default=None)
    ends_at = LocalMoment(load_default=None)
    funding = fields.Enum(Funding, by_value=True, load_default=Funding.GIVEN)
    agreed_fen = Yuan(load_default=None, data_key="agreed_yuan")
    funding_unit = Text(60, load_default=None)
    funded_from_on = Day(load_default=None)
    funded_until_on = Day(load_default=None)
    version = Whole(1, 100_000, load_default=None, from_text=True)
    keep_draft = fields.Boolean(load_default=False)

    @post_load
    def command(self, found: dict[str, Any], **_kw: Any) -> Mapping[str, Any]:
        if found["funding"] is Funding.GIVEN:  # a page without scripts shows the subsidy's fields all the time
            found |= dict.fromkeys(("agreed_fen", "funding_unit", "funded_from_on", "funded_until_on"))
        return {"terms": _terms(found), "version": found["version"], "submit": not found["keep_draft"]}


def as_typed(shown: TermsView) -> dict[str, Any]:
    """Return an offer's terms as its form shows them: local times, yuan, empty for no bound."""
    bare = ("title", "description", "points", "stock", "per_person_limit", "daily_limit", "funding_unit")
    typed = {name: "" if getattr(shown, name) is None else getattr(shown, name) for name in bare}
    fen = shown.agreed_fen
    return {
        **typed,
        "funding": shown.funding.value,
        "agreed_yuan": "" if fen is None else f"{fen // 100}.{fen % 100:02d}",
        "starts_at": local_input(shown.starts_at),
        "ends_at": local_input(shown.ends_at),
        "funded_from_on": shown.funded_from_on.isoformat() if shown.funded_from_on else "",
        "funded_until_on": shown.funded_until_on.isoformat() if shown.funded_until_on else "",
        "version": shown.number,
    }


def create_command(merchant: str, typed: Mapping[str, Any]) -> CreateOffer:
    return CreateOffer(merchant=merchant, terms=typed["terms"], submit=typed["submit"])


def edit_command(offer: str, typed: Mapping[str, Any]) -> EditOffer:
    return EditOffer(offer=offer, terms=typed["terms"], version=typed["version"], submit=typed["submit"])


class MerchantForm(FormSchema):
    """What managers and the office may correct."""

    name = Text(60, required=True)
    address = Text(120, required=True)
    phone = Text(30, load_default=None)
    opening_hours = Text(120, load_default=None)


def change_command(merchant: str, typed: Mapping[str, Any]) -> ChangeMerchant:
    return ChangeMerchant(merchant=merchant, **typed)


class PauseForm(FormSchema):
    reason = Text(200, load_default=None)


def pause_command(merchant: str, typed: Mapping[str, Any]) -> PauseMerchant:
    return PauseMerchant(merchant=merchant, reason=typed["reason"])


class InviteForm(FormSchema):
    role = fields.Enum(Role, by_value=True, required=True, validate=validate.OneOf(sorted(MERCHANT_ROLES)))


def invite_command(merchant: str, typed: Mapping[str, Any]) -> InviteToMerchant:
    return InviteToMerchant(merchant=merchant, role=typed["role"])


class BareForm(FormSchema):
    """A button that is a whole form: nothing to fill in."""


class ApproveForm(FormSchema):
    version = Whole(1, 100_000, load_default=None, from_text=True)


class RejectForm(FormSchema):
    reason = Text(300, required=True, lines=True)
    version = Whole(1, 100_000, load_default=None, from_text=True)
