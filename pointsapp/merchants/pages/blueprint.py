"""One blueprint for all pages of merchants, and where each side goes after a change."""

from __future__ import annotations

from flask import Blueprint, url_for

from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.merchants.policies import is_office_of, works_here
from pointsapp.merchants.queries import MerchantRow, require_merchant
from pointsapp.web.login import signed_in

bp = Blueprint("merchants", __name__)


def my_merchant(public_id: str) -> MerchantRow:
    """Return the merchant for its people and the office; for others it has no such page."""
    row, actor = require_merchant(db.session, public_id), signed_in()
    if not (works_here(actor, row.id) or is_office_of(actor, row.area_path)):
        raise NotFound()
    return row


def home_of(public_id: str, merchant_id: int) -> str:
    """Return the page a change leads back to: the shop's own, or the console's for the office."""
    page = "merchants.show_shop" if works_here(signed_in(), merchant_id) else "merchants.show_console_merchant"
    return url_for(page, public_id=public_id)
