"""One blueprint for all pages of redemption."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("redemption", __name__)
